/**
 * A finished race as lines: tokens over time, a line a lane, each in milliseconds from its own start, as every figure is.
 * Lines are steps, because tokens come in arrivals; between two of them there was nothing.
 */
import {
  crossedMs,
  type LaneState,
  type Mark,
  type RaceState,
  roundMs,
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
  /** Arrivals, ascending; `tokens[i]` had come when `times[i]` had. */
  times: Float64Array
  tokens: Float64Array
  /** When the lane ended, by answer or error. */
  endMs: number
  /** When it crossed its race's line; null when it never did, or only watched the clock. */
  crossedMs: number | null
  isDone: boolean
  /** It watched the clock and raced for nothing. */
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
        splits: toSplits(lane),
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

/** In the order of time. A split that never came is not among them. */
function toSplits(lane: LaneState): Split[] {
  const { ttftMs, firstAnswerMs, totalMs, splits } = toTimeSlip(lane)
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

/** Tokens that had come by then. */
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
