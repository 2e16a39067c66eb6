/**
 * A finished race as lines: tokens over time, one line for each lane, in milliseconds from the lane's own start, as in
 * every figure. Lines are steps, because tokens come in arrivals, and nothing comes between two of them.
 */
import {
  crossedMs,
  type LaneState,
  type Mark,
  type RaceState,
  roundMs,
  type TimeSlip,
  toTimeSlip,
} from '@drag-race/contracts'

export interface Split {
  name:
    | 'headers'
    | 'first byte'
    | 'first token'
    | 'first answer'
    | 'half way'
    | 'last token'
    | 'close'
    | 'end'
  ms: number
}

export interface Curve {
  lane: number
  model: string
  /** Arrivals, ascending: at `times[i]`, `tokens[i]` tokens had come in all. */
  times: Float64Array
  tokens: Float64Array
  /** When the lane ended: with its answer, by an error, or stopped. */
  endMs: number
  /** When it crossed the race's finish line; null when it never did, and for a sentinel. */
  crossedMs: number | null
  isDone: boolean
  /** It watched the clock and is not ranked. */
  isSentinel: boolean
  splits: Split[]
}

export function toCurves({ lanes, request }: RaceState): Curve[] {
  const finish = request?.finish ?? 'done'
  return lanes.flatMap((lane) => {
    const { startAt } = lane
    if (startAt === null) return []
    const slip = toTimeSlip(lane)
    return [
      {
        lane: lane.lane,
        model: lane.model,
        ...toArrivals(lane, startAt),
        endMs: slip.totalMs ?? slip.elapsedMs ?? 0,
        crossedMs: lane.sentinel ? null : crossedMs(lane, finish),
        isDone: lane.outcome?.kind === 'done',
        isSentinel: lane.sentinel === true,
        splits: toSplits(slip),
      },
    ]
  })
}

function toArrivals(lane: LaneState, startAt: number): Pick<Curve, 'times' | 'tokens'> {
  const times = new Float64Array(lane.chunks)
  const tokens = new Float64Array(lane.chunks)
  let index = lane.chunks - 1
  for (let mark: Mark | null = lane.lastMark; mark; mark = mark.previous) {
    times[index] = roundMs(mark.at - startAt)
    tokens[index] = mark.tokens
    index--
  }
  return { times, tokens }
}

/** In the order of time. A split that never came is left out. */
function toSplits({ ttftMs, firstAnswerMs, totalMs, splits }: TimeSlip): Split[] {
  const all: [Split['name'], number | null][] = [
    ['headers', splits.headersMs],
    ['first byte', splits.firstByteMs],
    ['first token', ttftMs],
    ['first answer', firstAnswerMs],
    ['half way', splits.halfMs],
    ['last token', splits.lastTokenMs],
    ['end', totalMs],
    ['close', splits.closeMs],
  ]
  return all.flatMap(([name, ms]) => (ms === null ? [] : [{ name, ms }])).sort((a, b) => a.ms - b.ms)
}

/** How many tokens had come by then. */
export function tokensAt({ times, tokens }: Curve, ms: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) <= ms) low = middle + 1
    else high = middle
  }
  return low === 0 ? 0 : (tokens[low - 1] ?? 0)
}
