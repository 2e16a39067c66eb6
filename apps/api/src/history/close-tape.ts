/** Adds the end to a tape that has none, because its app died or its file was cut. What had arrived stays. */
import { type RaceEvent, type RaceState, reduceRace, toStandings } from '@drag-race/contracts'

/**
 * Closes every open lane with `fault`, and then the race, at the newest time on the tape, because the real time is not
 * known. `marginMs` is the one that was in force when the race began, null when that is not known.
 */
export function closeTape(
  folded: RaceState,
  fault: { code: string; message: string },
  marginMs: number | null,
): { state: RaceState; added: RaceEvent[] } {
  let state = folded
  const added: RaceEvent[] = []
  const append = (event: RaceEvent) => {
    added.push(event)
    state = reduceRace(state, event)
  }
  if (folded.end || !folded.request) return { state, added }
  const { at } = folded
  for (const { lane, outcome } of folded.lanes) {
    if (outcome) continue
    append({ type: 'error', seq: state.seq + 1, at, lane, ...fault, status: null, retryAfterMs: null })
  }
  const standings = toStandings(state, folded.request.finish, marginMs)
  append({ type: 'race-end', seq: state.seq + 1, at, standings, marginMs, reason: 'interrupted' })
  return { state, added }
}
