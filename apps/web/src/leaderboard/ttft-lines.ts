/**
 * The API's points as lines of a chart. The API cuts the races into groups of equal number; a group is one step of the
 * axis, so that a month's silence takes no more room than an hour's.
 */
import type { Leaderboard, LeaderboardRow } from '@drag-race/contracts'
import { isolate } from '../look/isolate.ts'

/** More lines than this are a tangle. */
export const linesMax = 8

export interface TtftLine {
  model: string
  /** Its place on the board from 0: its plate and its colour. */
  lane: number
  /** One value for each group; null where the model did not race. */
  values: (number | null)[]
  firstMs: number
  lastMs: number
  lowestMs: number
  highestMs: number
}

export interface TtftLines {
  /** When each group ended, oldest first. */
  times: Date[]
  /** In the order of the board. */
  lines: TtftLine[]
  /** Models with points that are not drawn, in the order of the board. */
  rest: string[]
}

export function toTtftLines({ rows, ttftOverTime }: Pick<Leaderboard, 'rows' | 'ttftOverTime'>): TtftLines {
  const withPoints = ttftOverTime
    .flatMap(({ model, points }) => {
      const lane = rows.findIndex((row: LeaderboardRow) => row.model === model)
      return lane < 0 || points.length === 0 ? [] : [{ model, lane, points }]
    })
    .toSorted((a, b) => a.lane - b.lane)
  const drawn = withPoints.slice(0, linesMax)
  // ISO 8601 in UTC sorts as text.
  const times = [...new Set(drawn.flatMap(({ points }) => points.map(({ at }) => at)))].sort()

  return {
    times: times.map((at) => new Date(at)),
    lines: drawn.map(({ model, lane, points }) => {
      const byTime = new Map(points.map(({ at, ttftMs }) => [at, ttftMs]))
      const all = points.map(({ ttftMs }) => ttftMs)
      return {
        model,
        lane,
        values: times.map((at) => byTime.get(at) ?? null),
        firstMs: all[0] ?? 0,
        lastMs: all.at(-1) ?? 0,
        lowestMs: Math.min(...all),
        highestMs: Math.max(...all),
      }
    }),
    rest: withPoints.slice(linesMax).map(({ model }) => model),
  }
}

/** Which values of a line carry its mark: at most `marksMax`, and always the last. */
export function toMarked(values: readonly (number | null)[], marksMax: number): Set<number> {
  const known = values.flatMap((value, index) => (value === null ? [] : [index]))
  const every = Math.max(1, Math.ceil(known.length / marksMax))
  return new Set(known.filter((_, place) => (known.length - 1 - place) % every === 0))
}

/** `a, b and 3 more`: long lists are cut, the table has them all. */
export function toNames(names: readonly string[], namesMax = 12): string {
  const more = names.length - namesMax
  const list = names.slice(0, namesMax).map(isolate).join(', ')
  return more > 0 ? `${list} and ${more} more` : list
}
