/**
 * Checks whether a file is a tape. Takes its event lines one by one and folds them, or says which line is wrong and
 * what to do about it. A tape that passes is sound: numbered without a gap, with known events only, and with figures
 * that agree with each other.
 *
 * A tape has some things twice (an event's time and the lane's figure, the finishes and the standings). Where the two
 * differ it is not known which is right, so the tape is refused.
 */
import { errorBoundMs } from './error-bound.ts'
import { toStandings } from './finish.ts'
import { parseTapeEvent } from './parse-tape-event.ts'
import type { EventOf, RaceEvent } from './race-event.ts'
import { emptyRace, foldRace, isNext, type RaceState } from './race-state.ts'
import { TapeFault } from './tape-fault.ts'
import { checkLane, type LaneTimes, startLanes } from './tape-lanes.ts'

export interface TapeCheck {
  /** Throws a TapeFault. */
  add(text: string): void
  /** The fold of what was added. It is made when it is asked for, and every `batchEvents`. */
  state(): RaceState
}

/** Folded in one go: cheaper than one by one, and few enough to be held in memory. */
const batchEvents = 1_000

export function createTapeCheck(): TapeCheck {
  let line = 1
  let state = emptyRace
  let batch: RaceEvent[] = []
  /** Ahead of `state` by the batch. */
  let head: Position = state
  let lanes: LaneTimes[] = []

  function fold() {
    state = foldRace(batch, state)
    batch = []
    return state
  }

  return {
    add(text) {
      line++
      const event = parseTapeEvent(text, line)
      if (!isNext(head, event)) throw new TapeFault('out_of_order', line, orderText(event, head))
      if (event.type === 'race-start') lanes = startLanes(event, line)
      else if (event.type === 'race-end') checkEnd(event, fold(), line)
      else checkLane(event, lanes[event.lane], line)
      batch.push(event)
      head = { seq: event.seq, end: event.type === 'race-end' ? event : null }
      if (batch.length >= batchEvents) fold()
    },
    state: fold,
  }
}

type Position = Parameters<typeof isNext>[0]

function orderText(event: RaceEvent, head: Position): string {
  if (head.end) return `event ${event.seq} follows the end of the race. The file was changed.`
  if (event.seq !== head.seq + 1) {
    return `event ${event.seq} stands where event ${head.seq + 1} should be. Lines are missing, repeated or in another order.`
  }
  return head.seq === -1 ? 'a tape begins with `race-start`.' : '`race-start` a second time.'
}

function checkEnd(event: EventOf<'race-end'>, state: RaceState, line: number) {
  const open = state.lanes.find(({ outcome }) => outcome === null)
  if (open) throw new TapeFault('contradiction', line, `the race ends before lane ${open.lane} has.`)
  const { finish } = state.request!
  const told = JSON.stringify(event.standings.map(toRow))
  // Older tapes of disturbed races were ranked by the margin alone.
  const ties = [errorBoundMs({ ...event, clock: event.clock ?? null }), event.marginMs]
  if (ties.some((errorMs) => told === JSON.stringify(toStandings(state, finish, errorMs).map(toRow)))) return
  throw new TapeFault(
    'contradiction',
    line,
    'its standings are not those that its events give. The file was changed, or other rules wrote it.',
  )
}

/** In a fixed order, because the order of keys in the file does not matter; nor do the last digits of a gap. */
function toRow({ lane, place, value, gap, deadHeat }: EventOf<'race-end'>['standings'][number]) {
  return [lane, place, value, gap === null ? null : gap.toFixed(6), deadHeat]
}
