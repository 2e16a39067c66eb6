/** Announces a race to screen readers, live or replayed: once per change, politely. */
import { emptyRace, type RaceState } from '@drag-race/contracts'
import { useEffect, useRef, useState } from 'react'
import { toWords } from './announce.ts'

export function Announcer({ race }: { race: RaceState }) {
  const told = useRef(emptyRace)
  const [words, setWords] = useState('')
  useEffect(() => {
    const next = toWords(told.current, race)
    told.current = race
    if (next !== null) setWords(next)
  }, [race])
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {words}
    </p>
  )
}
