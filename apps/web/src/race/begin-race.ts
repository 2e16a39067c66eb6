/** Starts a race and, at its green light, gives the page its address, so that a reload in mid-race finds it again. */
import type { RaceRequestInput } from '@drag-race/contracts'
import { navigate } from 'wouter/use-browser-location'
import { theRace } from './the-race.ts'

export function beginRace(request: RaceRequestInput, onGreen?: () => void) {
  const { race: shown, feed, origin, start } = theRace.getState()
  // A double click on "Rerun lane" would start a second race, and leave the first one without a viewer.
  if (origin === 'start' && feed.state === 'asking') return
  start(request)
  const stop = theRace.subscribe(({ race, feed, origin }) => {
    const isOver = origin !== 'start' || feed.state === 'refused'
    const isGreen = race.raceId !== null && race.raceId !== shown.raceId
    if (isGreen || isOver) stop()
    if (isGreen) {
      onGreen?.()
      navigate(`/race/${race.raceId}`)
    }
  })
}
