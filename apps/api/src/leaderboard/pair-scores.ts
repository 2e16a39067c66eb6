/**
 * What one race says about each two of its models: who was better, or that nobody can tell.
 *
 * Two lanes are compared as if they alone had raced: within the wider of their margins it is a tie, whoever else ran. (The
 * race's own places are measured from the first lane of a group, so a place may lie between two lanes that no clock can
 * tell apart.) A lane that failed has lost to every lane that did not; two that failed say nothing about each other, and
 * neither does a stopped lane about whoever took longer than it had run.
 *
 * A race is one race for two models also when one of them ran twice in it: it is shared among their pairs of lanes.
 */
import type { Better, Entrant } from '@drag-race/contracts'
import type { Entry } from './judge-race.ts'

/** Shares of one race: they add up to 1. `a` stands before `b` in the alphabet. */
export interface PairScore {
  a: string
  b: string
  aWins: number
  ties: number
  bWins: number
}

export function toPairScores(entries: readonly Entry[], better: Better): PairScore[] {
  const pairs = new Map<string, PairScore>()
  for (const [index, one] of entries.entries()) {
    for (const other of entries.slice(index + 1)) {
      if (one.row.model === other.row.model) continue
      const [first, second] = one.row.model < other.row.model ? [one, other] : [other, one]
      const outcome = compareLanes(first.entrant, second.entrant, better)
      if (outcome === null) continue
      const [a, b] = [first.row.model, second.row.model]
      const key = JSON.stringify([a, b])
      const pair = pairs.get(key) ?? { a, b, aWins: 0, ties: 0, bWins: 0 }
      pairs.set(key, pair)
      if (outcome === 'first') pair.aWins++
      else if (outcome === 'second') pair.bWins++
      else pair.ties++
    }
  }
  return [...pairs.values()].map(({ a, b, aWins, ties, bWins }) => {
    const lanePairs = aWins + ties + bWins
    return { a, b, aWins: aWins / lanePairs, ties: ties / lanePairs, bWins: bWins / lanePairs }
  })
}

/** The verdict of a race of these two lanes; null when it is no contest. A test holds it against contracts' own. */
export function compareLanes(
  first: Entrant,
  second: Entrant,
  better: Better,
): 'first' | 'second' | 'tie' | null {
  if (first.value === null) return isBeaten(first, second.value, better) ? 'second' : null
  if (second.value === null) return isBeaten(second, first.value, better) ? 'first' : null
  const ahead = better === 'lower' ? second.value - first.value : first.value - second.value
  if (Math.abs(ahead) <= Math.max(first.margin, second.margin)) return 'tie'
  return ahead > 0 ? 'first' : 'second'
}

function isBeaten({ censoredAt }: Entrant, value: number | null, better: Better): boolean {
  if (value === null) return false
  return censoredAt == null || (better === 'lower' ? censoredAt >= value : censoredAt <= value)
}
