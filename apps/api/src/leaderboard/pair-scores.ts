/**
 * What one race says about each two of its models: who was better, or that nobody can tell.
 *
 * Two lanes are compared as if they alone had raced: within the wider of their margins it is a tie, whoever else ran.
 * (The race's own places are measured from the first lane of a group, so two lanes that no clock can tell apart can
 * have different places.) A failed lane lost to every lane that answered. Two failed lanes say nothing about each
 * other, and a stopped lane says nothing about a lane that took longer than the stopped one had run.
 *
 * For two models a race is one race also when one ran in several lanes: it is shared among their pairs of lanes.
 */
import { type Better, type Entrant, subtract } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import type { Entry } from './judge-race.ts'

/** Shares of one race, together 1. `a` sorts before `b`. */
export interface PairScore {
  a: string
  b: string
  aWins: number
  ties: number
  bWins: number
}

export function toPairScores(entries: readonly Entry[], better: Better): PairScore[] {
  const lanesOf = Map.groupBy(entries, ({ row }) => row.model)
  const models = [...lanesOf].sort(([a], [b]) => compareTexts(a, b))
  const scores: PairScore[] = []
  for (const [index, [a, lanesOfA]] of models.entries()) {
    for (let next = index + 1; next < models.length; next++) {
      const [b, lanesOfB] = models[next] as [string, Entry[]]
      const score = toScore(lanesOfA, lanesOfB, better)
      if (score) scores.push({ a, b, ...score })
    }
  }
  return scores
}

function toScore(
  lanesOfA: readonly Entry[],
  lanesOfB: readonly Entry[],
  better: Better,
): Omit<PairScore, 'a' | 'b'> | null {
  const count = { first: 0, tie: 0, second: 0 }
  for (const one of lanesOfA) {
    for (const other of lanesOfB) {
      const outcome = compareLanes(one.entrant, other.entrant, better)
      if (outcome !== null) count[outcome]++
    }
  }
  const lanePairs = count.first + count.tie + count.second
  if (lanePairs === 0) return null
  return { aWins: count.first / lanePairs, ties: count.tie / lanePairs, bWins: count.second / lanePairs }
}

/** The verdict of a race of these two lanes; null when it is no contest. A test compares it with that of contracts. */
export function compareLanes(
  first: Entrant,
  second: Entrant,
  better: Better,
): 'first' | 'second' | 'tie' | null {
  if (first.value === null) return isBeaten(first, second.value, better) ? 'second' : null
  if (second.value === null) return isBeaten(second, first.value, better) ? 'first' : null
  const ahead = subtract(second.value, first.value) * (better === 'lower' ? 1 : -1)
  if (Math.abs(ahead) <= Math.max(first.margin, second.margin)) return 'tie'
  return ahead > 0 ? 'first' : 'second'
}

function isBeaten({ censoredAt }: Entrant, value: number | null, better: Better): boolean {
  if (value === null) return false
  return censoredAt == null || (better === 'lower' ? censoredAt >= value : censoredAt <= value)
}
