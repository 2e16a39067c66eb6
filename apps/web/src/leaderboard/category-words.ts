/** What the table of categories says, and of which models. */
import type { CategoryRate, Leaderboard, LeaderboardRow } from '@drag-race/contracts'
import { toPercentRange } from '../look/figures.ts'

/** Models that raced in one of the categories, in the order of the board. */
export function toCategoryColumns({
  rows,
  byCategory,
}: Pick<Leaderboard, 'rows' | 'byCategory'>): LeaderboardRow[] {
  const raced = new Set(byCategory.flatMap(({ models }) => models.map(({ model }) => model)))
  return rows.filter(({ model }) => raced.has(model))
}

export function toCategoryName(category: string | null): string {
  return category ?? 'without a category'
}

/** `58 to 87 %` */
export function toRateEnds({ rate }: Pick<CategoryRate, 'rate'>): string {
  return rate === null ? 'n too small' : toPercentRange(rate.low, rate.high)
}
