/**
 * A strategy and what is known of its targets → the order in which they are tried. Pure: randomness and the turn come
 * in by argument. Health plays no part here; a target whose breaker is open is skipped when the call comes to it.
 */
export type Ordering =
  | { kind: 'roundRobin'; turn: number }
  | { kind: 'weighted'; weights: readonly number[] }
  | { kind: 'leastLatency'; loads: readonly Load[] }
  | { kind: 'priority'; priorities: readonly number[] }
  /** US dollars of the same small call at each target; null when unknown. */
  | { kind: 'cheapest'; costsUsd: readonly (number | null)[] }
  | { kind: 'conditional'; holds: readonly boolean[] }

export interface Load {
  /** Average time until an answer begins; null when it was never measured. */
  beginMs: number | null
  /** Time since the last measurement. */
  ageMs: number
  /** Calls that run there now. */
  pending: number
}

/** `random` gives numbers in [0, 1). Each list of `ordering` is as long as `targets`. */
export function orderTargets<Target>(
  targets: readonly Target[],
  ordering: Ordering,
  random: () => number,
): Target[] {
  switch (ordering.kind) {
    case 'roundRobin': {
      const first = ordering.turn % targets.length
      return [...targets.slice(first), ...targets.slice(0, first)]
    }
    case 'weighted':
      // Sorted by -ln(u)/w, the targets are drawn by weight, without replacement (Efraimidis and Spirakis, 2006).
      return sortBy(targets, (index) => -Math.log(1 - random()) / ordering.weights[index]!)
    case 'leastLatency':
      return sortBy(targets, toScores(ordering.loads), random)
    case 'priority':
      return sortBy(targets, (index) => ordering.priorities[index]!, random)
    case 'cheapest':
      return sortBy(targets, (index) => ordering.costsUsd[index] ?? Number.POSITIVE_INFINITY)
    case 'conditional':
      return targets.filter((_target, index) => ordering.holds[index])
  }
}

/** After so long without a measurement an idle target counts as twice as quick, so that it is tried again some time. */
const halfLifeMs = 10_000

/**
 * The expected wait: the average time until an answer begins, times the number of calls there, this one included. An
 * idle target that was never measured, or not for long, is tried; while the first trial runs, it counts as average.
 */
function toScores(loads: readonly Load[]): (index: number) => number {
  const measured = loads.flatMap(({ beginMs }) => beginMs ?? [])
  const average = measured.length === 0 ? 1 : measured.reduce((sum, ms) => sum + ms, 0) / measured.length
  return (index) => {
    const { beginMs, ageMs, pending } = loads[index]!
    if (pending > 0) return (beginMs ?? average) * (pending + 1)
    return (beginMs ?? 0) * 0.5 ** (ageMs / halfLifeMs)
  }
}

/** Ascending; equal scores at random where `random` is given, otherwise in the order of `targets`. */
function sortBy<Target>(
  targets: readonly Target[],
  score: (index: number) => number,
  random: () => number = () => 0,
): Target[] {
  return targets
    .map((target, index) => ({ target, score: score(index), draw: random() }))
    .sort((a, b) => compare(a.score, b.score) || a.draw - b.draw)
    .map(({ target }) => target)
}

/** Not by subtraction, because Infinity − Infinity is NaN. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}
