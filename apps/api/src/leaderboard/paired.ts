/**
 * Two models over the races that both ran: a − b within each race, so that what both had in common (the prompt, the
 * hour, the network) falls out. The median of these differences and its interval; a race is one difference also when a
 * model ran twice in it: the mean of its lanes, of which each must have answered, or the mean would be that of the
 * lucky ones.
 *
 * What one model was asked with and the other was not, such as a limit of tokens, would fall into the difference: such
 * races are left out.
 *
 * No difference below the clock's error is claimed: the interval is widened on both sides by the median of the races'
 * margins, the ones by which their dead heats were called. Only answered lanes have figures: a lane that failed or was
 * stopped leaves its race out.
 */
import {
  betterBy,
  type Measure,
  measures,
  type Paired,
  type PairedDifference,
  type PairedQuery,
  subtract,
  toMeasuredEntrant,
} from '@drag-race/contracts'
import {
  areAskedDifferently,
  type LaneRow,
  lanesMeant,
  type RaceRow,
  toMeasuredLane,
  whyNotCounted,
} from './judge-race.ts'
import { createLeftOut } from './left-out.ts'
import { medianInterval } from './median-interval.ts'
import { median } from './percentiles.ts'

export interface Pairing {
  add(race: RaceRow): void
  /** Races that the caller did not even look at. */
  leaveOut(why: string, races: number): void
  result(): Paired
}

/** Those that tokens are in. */
const counted: readonly Measure[] = ['decode', 'cost']

export function createPairing({ a, b, stream }: Pick<PairedQuery, 'a' | 'b' | 'stream'>): Pairing {
  const leftOut = createLeftOut()
  const seen: Record<Measure, Difference[]> = { ttft: [], total: [], decode: [], cost: [] }
  let races = 0

  return {
    add(race) {
      const lanes = lanesMeant(race, stream)
      const [lanesOfA, lanesOfB] = [a, b].map((model) => lanes.filter((lane) => lane.model === model)) as [
        LaneRow[],
        LaneRow[],
      ]
      if (lanesOfA.length === 0 || lanesOfB.length === 0) return
      const why = whyNotCounted(race)
      if (why) return leftOut.add(why, 1)
      if (areAskedDifferently([...lanesOfA, ...lanesOfB])) return leftOut.add(askedDifferently, 1)
      if (isHalfAnswered(lanesOfA) || isHalfAnswered(lanesOfB)) return leftOut.add(notAllAnswered, 1)
      races++
      for (const figure of measures) {
        const difference = toDifference(lanesOfA, lanesOfB, figure, race.marginMs)
        if (difference) seen[figure].push(difference)
      }
    },
    leaveOut: leftOut.add,
    result() {
      const of = (figure: Measure) => toPaired(seen[figure], figure)
      return {
        a,
        b,
        races,
        ttft: of('ttft'),
        total: of('total'),
        decode: of('decode'),
        cost: of('cost'),
        leftOut: leftOut.result(),
      }
    },
  }
}

const askedDifferently = 'the two were asked with different settings or system prompts'
const notAllAnswered = 'a model ran in several lanes, and not all of them answered'

function isHalfAnswered(lanes: readonly LaneRow[]): boolean {
  const answered = lanes.filter(({ outcome }) => outcome === 'done').length
  return answered > 0 && answered < lanes.length
}

interface Difference {
  value: number
  margin: number | null
  isEstimated: boolean
}

function toDifference(
  lanesOfA: LaneRow[],
  lanesOfB: LaneRow[],
  figure: Measure,
  marginMs: number | null,
): Difference | null {
  const [a, b] = [lanesOfA, lanesOfB].map((lanes) => {
    const entrants = lanes.map((lane) => toMeasuredEntrant(toMeasuredLane(lane), figure, marginMs))
    const values = entrants.map(({ value }) => value)
    if (!values.every((value) => value !== null)) return null
    return {
      value: values.reduce((sum, value) => sum + value, 0) / values.length,
      // Of a mean the errors of its lanes may all point one way.
      margin: Math.max(...entrants.map(({ margin }) => margin)),
    }
  })
  if (!a || !b) return null
  return {
    value: subtract(a.value, b.value),
    // No clock is in a cost, measured or not.
    margin: marginMs === null && figure !== 'cost' ? null : Math.max(a.margin, b.margin),
    isEstimated: counted.includes(figure) && [...lanesOfA, ...lanesOfB].some((lane) => lane.isEstimated),
  }
}

function toPaired(differences: readonly Difference[], figure: Measure): PairedDifference {
  const values = differences.map(({ value }) => value)
  const margin = median(differences.flatMap((difference) => difference.margin ?? []))
  const narrow = medianInterval(Float64Array.from(values).sort())
  const wide =
    narrow === null || margin === null
      ? null
      : { low: subtract(narrow.low, margin), high: subtract(narrow.high, -margin) }
  return {
    n: values.length,
    estimated: differences.filter(({ isEstimated }) => isEstimated).length,
    median: withoutDust(median(values)),
    low: wide?.low ?? null,
    high: wide?.high ?? null,
    margin: withoutDust(margin),
    better: wide === null ? null : toBetter(wide.low, wide.high, figure),
  }
}

function toBetter(low: number, high: number, figure: Measure): 'a' | 'b' | null {
  if (low <= 0 && high >= 0) return null
  const isLower = high < 0
  return isLower === (betterBy[figure] === 'lower') ? 'a' : 'b'
}

/** 26.05 − 10.76 is not a round figure in binary; twelve digits are more than any clock has. */
function withoutDust(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(12))
}
