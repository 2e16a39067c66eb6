/**
 * Who won, by which finish line, and when it is a dead heat.
 *
 * Lanes within the margin of the first of their group share its place, and so do those that are just the margin apart.
 * The group is measured from its first lane, not from neighbour to neighbour, or a chain of close lanes would put the
 * last level with the winner.
 */
import * as z from 'zod/mini'

export const Standing = z.object({
  lane: z.int(),
  /** 1 is first; lanes of a dead heat share one; null when the lane never crossed the line. */
  place: z.nullable(z.int()),
  /** The figure by which it was ranked: milliseconds for the race's own lines; null when it never crossed. */
  value: z.nullable(z.number()),
  /** Behind the first lane, in the same unit; 0 for it. */
  gap: z.nullable(z.number()),
  deadHeat: z.boolean(),
})
export type Standing = z.infer<typeof Standing>

export interface Entrant {
  lane: number
  /** null when the lane did not finish. */
  value: number | null
  /**
   * A lane that somebody stopped has a censored time: its value would have been worse than this. It counts as beaten by
   * lanes that did better, and for the others as if it had never started.
   */
  censoredAt?: number | null
  /** How wide a tie is for this entrant, in the unit of `value`; the wider of two decides. */
  margin: number
}

export type Better = 'lower' | 'higher'

export function rank(entrants: readonly Entrant[], better: Better = 'lower'): Standing[] {
  const sign = better === 'lower' ? 1 : -1
  const finishers = entrants
    .filter((entrant): entrant is Entrant & { value: number } => entrant.value !== null)
    .sort((a, b) => sign * (a.value - b.value) || a.lane - b.lane)
  // Read only when there is a finisher.
  const best = finishers[0]!
  const standings: Standing[] = []
  let leader = best
  let group: Standing[] = []
  for (const entrant of finishers) {
    if (toGap(entrant.value, leader.value) > Math.max(entrant.margin, leader.margin)) {
      leader = entrant
      group = []
    }
    const standing: Standing = {
      lane: entrant.lane,
      place: (group[0]?.place ?? standings.length + 1) as number,
      value: entrant.value,
      gap: toGap(entrant.value, best.value),
      deadHeat: group.length > 0,
    }
    for (const other of group) other.deadHeat = true
    group.push(standing)
    standings.push(standing)
  }
  const others = entrants.filter(({ value }) => value === null)
  return [
    ...standings,
    ...others.map(({ lane }) => ({ lane, place: null, value: null, gap: null, deadHeat: false })),
  ]
}

const toGap = (one: number, other: number) => Math.abs(subtract(one, other))

/**
 * `one` minus `other`. 1123.55 − 1120.08 is 3.4700000000000273 in binary. The result is rounded to twelve digits of the
 * larger figure, whose rounding error it has; that is more than any clock has.
 */
export function subtract(one: number, other: number): number {
  const difference = one - other
  const digitsBefore = Math.ceil(Math.log10(Math.max(Math.abs(one), Math.abs(other))))
  // Two zeros have no first digit, and toFixed takes at most 100 decimals.
  return Number(difference.toFixed(Math.min(Math.max(0, 12 - digitsBefore), 100)))
}

export type Verdict =
  | { kind: 'win'; lane: number; by: number | null }
  | { kind: 'dead-heat'; lanes: number[] }
  | { kind: 'no-contest'; why: 'no finisher' | 'one lane' | 'the others were stopped early' | 'interrupted' }

/** `by` is the distance to the second, null when no other lane crossed the line. One lane alone wins nothing. */
export function toVerdict(
  standings: readonly Standing[],
  entrants: readonly Entrant[],
  better: Better = 'lower',
): Verdict {
  const first = standings.filter(({ place }) => place === 1)
  const winner = first[0]
  if (!winner || winner.value === null) return { kind: 'no-contest', why: 'no finisher' }
  if (entrants.length < 2) return { kind: 'no-contest', why: 'one lane' }
  if (first.length > 1) return { kind: 'dead-heat', lanes: first.map(({ lane }) => lane) }
  const value = winner.value
  const isBeaten = ({ lane, censoredAt }: Entrant) =>
    lane !== winner.lane &&
    (censoredAt == null || (better === 'lower' ? censoredAt >= value : censoredAt <= value))
  if (!entrants.some(isBeaten)) return { kind: 'no-contest', why: 'the others were stopped early' }
  const second = standings.find(({ lane }) => lane !== winner.lane)
  return { kind: 'win', lane: winner.lane, by: second?.gap ?? null }
}
