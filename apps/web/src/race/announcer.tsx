/** Says the race aloud to a screen reader: once per change, politely. */
import { emptyRace } from '@drag-race/contracts'
import { useEffect, useRef, useState } from 'react'
import { toAnnouncements } from './announce.ts'
import { useRace } from './the-race.ts'

export function Announcer() {
  const race = useRace((store) => store.race)
  const told = useRef(emptyRace)
  const [words, setWords] = useState('')
  useEffect(() => {
    const said = toAnnouncements(told.current, race)
    told.current = race
    if (said.length > 0) setWords(said.join(' '))
  }, [race])
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {words}
    </p>
  )
}
