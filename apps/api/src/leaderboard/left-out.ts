/** How many races are in none of the figures, and why; some of them were read, others only counted. */
import type { Leaderboard } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'

export interface LeftOut {
  add(why: string, races: number): void
  /** Most frequent first. */
  result(): Leaderboard['leftOut']
}

export function createLeftOut(): LeftOut {
  const counts = new Map<string, number>()
  return {
    add(why, races) {
      if (races > 0) counts.set(why, (counts.get(why) ?? 0) + races)
    },
    result: () =>
      [...counts]
        .map(([why, races]) => ({ why, races }))
        .sort((a, b) => b.races - a.races || compareTexts(a.why, b.why)),
  }
}
