/** The scale on which all ratings of a board are drawn: from round figure to round figure, with few lines. */
import type { Rating } from '@drag-race/contracts'
import { toCount } from '../look/figures.ts'
import type { Gridline } from './interval.tsx'

export interface RatingScale {
  grid: Gridline[]
  /** Where a rating stands, 0 to 1. */
  toPlace: (value: number) => number
}

/** More names than this touch one another on a phone. */
const linesMax = 5

export function toRatingScale(ratings: readonly Rating[]): RatingScale {
  const ends = ratings.flatMap(({ low, value, high }) => [low ?? value, high ?? value])
  const lowest = Math.min(1000, ...ends)
  const highest = Math.max(1000, ...ends)
  const step = steps.find((each) => countLines(lowest, highest, each) <= linesMax) ?? 100_000
  const from = Math.floor(lowest / step) * step
  // One step at least, because all ratings can be 1000.
  const to = Math.max(from + step, Math.ceil(highest / step) * step)
  const toPlace = (value: number) => (value - from) / (to - from)
  const grid = Array.from({ length: (to - from) / step + 1 }, (_, line) => {
    const value = from + line * step
    return { at: toPlace(value), label: toRatingText(value) }
  })
  return { grid, toPlace }
}

const steps = [50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000]

function countLines(lowest: number, highest: number, step: number): number {
  return Math.ceil(highest / step) - Math.floor(lowest / step) + 1
}

/** Whole points: `1,043`. A model that always loses can come below zero. */
export function toRatingText(value: number): string {
  const points = toCount(Math.abs(value))
  return Math.round(value) < 0 ? `−${points}` : points
}
