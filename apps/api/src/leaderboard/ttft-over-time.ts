/**
 * The time to first token of each model over time, in at most 120 points in all: what a chart can draw at once.
 *
 * Races are cut into groups of (nearly) equal number, in order of time, and a model's point is its average within a
 * group. Equal numbers rather than equal hours: a month's silence before a busy afternoon would leave one point of it.
 * All models share the groups, and a group's points share its time, so that their lines can be read across.
 */
import type { Leaderboard } from '@drag-race/contracts'

export interface TtftMoment {
  model: string
  /** When the race began. */
  atMs: number
  ttftMs: number
}

export const pointsMax = 120

/** Oldest first; models in order of their names. Of more than 120 models those with most moments are shown. */
export function ttftOverTime(moments: readonly TtftMoment[]): Leaderboard['ttftOverTime'] {
  const models = mostSeen(moments)
  const shown = moments.filter(({ model }) => models.has(model)).sort((a, b) => a.atMs - b.atMs)
  const times = [...new Set(shown.map(({ atMs }) => atMs))]
  const groups = Math.min(times.length, Math.floor(pointsMax / Math.max(1, models.size)))
  const groupOf = new Map(times.map((atMs, index) => [atMs, Math.floor((index * groups) / times.length)]))
  const timeOf = new Map(times.map((atMs) => [groupOf.get(atMs), atMs]))

  const sums = new Map(
    [...models].sort().map((model) => [model, new Map<number, { sum: number; count: number }>()]),
  )
  for (const { model, atMs, ttftMs } of shown) {
    const group = groupOf.get(atMs) ?? 0
    const cell = sums.get(model)?.get(group) ?? { sum: 0, count: 0 }
    sums.get(model)?.set(group, { sum: cell.sum + ttftMs, count: cell.count + 1 })
  }
  return [...sums].map(([model, cells]) => ({
    model,
    points: [...cells].map(([group, { sum, count }]) => ({
      at: new Date(timeOf.get(group) ?? 0).toISOString(),
      ttftMs: Math.round((sum / count) * 100) / 100,
    })),
  }))
}

function mostSeen(moments: readonly TtftMoment[]): Set<string> {
  const seen = new Map<string, number>()
  for (const { model } of moments) seen.set(model, (seen.get(model) ?? 0) + 1)
  const order = [...seen].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return new Set(order.slice(0, pointsMax).map(([model]) => model))
}
