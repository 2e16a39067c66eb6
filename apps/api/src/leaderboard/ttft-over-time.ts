/**
 * The time to first token of each model over time, in at most 120 points in all: what a chart can draw at once.
 *
 * Races are cut into groups of (nearly) equal number, in order of time, and a model's point is its average within a
 * group. With equal hours instead, a month's silence before a busy afternoon would leave one point for that afternoon.
 * All models have the same groups, and all points of a group the same time, so that their lines can be compared.
 */
import { type Leaderboard, roundMs } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'

export interface TtftMoment {
  model: string
  /** When the race began. */
  atMs: number
  ttftMs: number
}

export const pointsMax = 120

/** Oldest first; models by name. Of more than 120 models those with the most moments are shown. */
export function ttftOverTime(moments: readonly TtftMoment[]): Leaderboard['ttftOverTime'] {
  const models = mostSeen(moments)
  const shown = moments.filter(({ model }) => models.has(model)).sort((a, b) => a.atMs - b.atMs)
  const races = shown.filter(({ atMs }, index) => atMs !== shown[index - 1]?.atMs).length
  const groups = Math.min(races, Math.floor(pointsMax / Math.max(1, models.size)))

  const lines = new Map([...models].sort().map((model) => [model, Array.from({ length: groups }, emptyCell)]))
  const lastAtMs: number[] = []
  let race = -1
  for (const [index, { model, atMs, ttftMs }] of shown.entries()) {
    if (atMs !== shown[index - 1]?.atMs) race++
    const group = Math.floor((race * groups) / races)
    const cell = lines.get(model)?.[group]
    if (cell) {
      cell.sumMs += ttftMs
      cell.count++
    }
    lastAtMs[group] = atMs
  }
  return [...lines].map(([model, cells]) => ({
    model,
    points: cells.flatMap(({ sumMs, count }, group) => {
      const at = new Date(lastAtMs[group] ?? 0).toISOString()
      return count > 0 ? [{ at, ttftMs: roundMs(sumMs / count) }] : []
    }),
  }))
}

function emptyCell() {
  return { sumMs: 0, count: 0 }
}

function mostSeen(moments: readonly TtftMoment[]): Set<string> {
  const seen = new Map<string, number>()
  for (const { model } of moments) seen.set(model, (seen.get(model) ?? 0) + 1)
  const order = [...seen].sort(([a, n], [b, m]) => m - n || compareTexts(a, b))
  return new Set(order.slice(0, pointsMax).map(([model]) => model))
}
