/** Starts a race and, at its green light, gives the page its address, so that a reload in mid-race finds it again. */
import type { RaceRequestInput } from '@drag-race/contracts'
import { navigate } from 'wouter/use-browser-location'
import { theRace } from './the-race.ts'

export function beginRace(request: RaceRequestInput, onGreen?: () => void) {
  const before = theRace.getState().race.raceId
  theRace.getState().start(request)
  const stop = theRace.subscribe(({ race, feed, origin }) => {
    const isOver = origin !== 'start' || feed.state === 'refused'
    const isGreen = race.raceId !== null && race.raceId !== before
    if (isGreen || isOver) stop()
    if (isGreen) {
      onGreen?.()
      navigate(`/race/${race.raceId}`)
    }
  })
}
