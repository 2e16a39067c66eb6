/**
 * Two models over the races that both ran: the difference a − b within each race, from which what both had in common
 * (the prompt, the hour, the network) falls out. The result is the median of these differences and its interval. A race
 * is one difference also when a model ran in several lanes: their mean counts, and each of them must have answered,
 * because otherwise it would be the mean of the lucky ones.
 *
 * A setting that only one of the models was asked with, such as a limit of tokens, would be part of the difference:
 * such races are left out.
 *
 * No difference below the clock's error is claimed: the interval is widened on both sides by the median of the races'
 * margins, those that decided their dead heats. Only lanes that answered have figures: where a model's lane failed or
 * was stopped, the race has no difference.
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
  /** Counts races that the caller has not read, with the reason. */
  leaveOut(why: string, races: number): void
  result(): Paired
}

/** The figures that depend on a count of tokens. */
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
      // The errors of the lanes can all point the same way, so their mean is no better than the worst of them.
      margin: Math.max(...entrants.map(({ margin }) => margin)),
    }
  })
  if (!a || !b) return null
  return {
    value: subtract(a.value, b.value),
    // A cost does not depend on the clock, measured or not.
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

/** Without rounding errors: 26.05 − 10.76 is no round figure in binary. Twelve digits are more than any clock has. */
function withoutDust(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(12))
}
