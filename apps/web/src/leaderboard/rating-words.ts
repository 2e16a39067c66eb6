/** Ratings in the order in which they are read, and the sentences beside them. */
import type { LeaderboardRow, Rating } from '@drag-race/contracts'

export interface Rated {
  row: LeaderboardRow
  rating: Rating
}

export const unratedText = 'Under 10 races there is no interval, and so no rank.'
export const groupsText =
  'Models of different groups have never met, not even through others: their ratings cannot be compared.'

/** The largest group first, the best of each first; models without a rating are left out. */
export function toRatedGroups(rows: readonly LeaderboardRow[]): Rated[][] {
  const rated = rows.flatMap((row) => (row.rating ? [{ row, rating: row.rating }] : []))
  const groups = new Map<number, Rated[]>()
  for (const each of rated) groups.set(each.rating.group, [...(groups.get(each.rating.group) ?? []), each])
  return [...groups]
    .sort(([one], [other]) => one - other)
    .map(([, members]) => members.toSorted((one, other) => other.rating.value - one.rating.value))
}

export function isShared({ rank }: Rating, rated: readonly Rated[]): boolean {
  return rank !== null && rated.filter(({ rating }) => rating.rank === rank).length > 1
}

/** `Group 2: 3 models` */
export function toGroupName(group: number, models: number): string {
  return `Group ${group + 1}: ${models} ${models === 1 ? 'model' : 'models'}`
}
