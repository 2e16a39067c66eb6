/**
 * A finished tape that can be wound to and fro. Forward from a state it folds the events in between; back, or far
 * ahead, it starts from the nearest checkpoint. Either way it is `foldRace` over the same events, so every figure at
 * the end is that of the live race, and every figure before the end is what the live race showed then.
 *
 * States share their past (texts and marks grow by reference), so a checkpoint takes the memory of its lanes, not that
 * of their answers.
 */
import { emptyRace, foldRace, type RaceEvent, type RaceState } from '@drag-race/contracts'

export interface Reel {
  events: number
  /** The time of the last event. */
  endMs: number
  /** The race after all events. */
  end: RaceState
  /** The race with every event up to that time. `near`: a state of this reel from which the fold can go on. */
  stateAt(raceMs: number, near?: RaceState): RaceState
  /** The time of the next or previous moment at which something happened; the end or the beginning after the last. */
  neighbour(raceMs: number, direction: 1 | -1): number
}

/** A fold from one to the next takes about a millisecond; 320,000 events have 160. */
const checkpointEvents = 2_000

/** `tape`: whole and in order, as the app keeps it. */
export function createReel(tape: readonly RaceEvent[]): Reel {
  /**
   * By event, the newest time so far: lanes are read one after the other, so a stamp can be older than the one before.
   */
  const times = new Float64Array(tape.length)
  const checkpoints: RaceState[] = [emptyRace]
  let newest = 0
  for (const [index, { at }] of tape.entries()) {
    newest = Math.max(newest, at)
    times[index] = newest
  }
  for (let from = 0; from < tape.length; from += checkpointEvents) {
    checkpoints.push(foldRace(tape.slice(from, from + checkpointEvents), checkpoints.at(-1)))
  }
  const end = checkpoints.at(-1) ?? emptyRace
  const endMs = times.at(-1) ?? 0

  return {
    events: tape.length,
    endMs,
    end,
    stateAt(raceMs, near) {
      const events = countUntil(times, raceMs)
      const checkpoint = checkpoints[Math.floor(events / checkpointEvents)] ?? emptyRace
      const isNearer = near && near.seq < events && near.seq > checkpoint.seq
      const from = isNearer ? near : checkpoint
      return from.seq + 1 === events ? from : foldRace(tape.slice(from.seq + 1, events), from)
    },
    neighbour(raceMs, direction) {
      if (direction === 1) return times[countUntil(times, raceMs)] ?? endMs
      // Back over all events of the moment that is shown, to the moment before.
      let index = countUntil(times, raceMs) - 1
      const shown = times[index] ?? 0
      while (index >= 0 && times[index] === shown) index--
      return times[index] ?? 0
    },
  }
}

/** How many events had happened by then; the race's start always has. */
function countUntil(times: Float64Array, raceMs: number): number {
  let low = Math.min(1, times.length)
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) <= raceMs) low = middle + 1
    else high = middle
  }
  return low
}
