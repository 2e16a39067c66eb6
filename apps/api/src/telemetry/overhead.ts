/**
 * A gateway's own time per call, from its histogram: how many calls fell into each bucket, and where the middle and the
 * slowest hundredth lie.
 *
 * Prometheus's buckets are cumulative (each counts all below it); these are not. A quantile is interpolated linearly
 * inside its bucket, as Prometheus's histogram_quantile does, so it is no sharper than the bucket is narrow. In the
 * last bucket, which has no upper end, it is null: "more than the largest bound" is not a number.
 */
import type { GatewayStats } from '@drag-race/contracts'
import type { Dialect } from './dialects.ts'
import type { Sample } from './parse-prometheus.ts'

export type Overhead = NonNullable<GatewayStats['overhead']>

/** null when the page has no such histogram. Series that differ in other labels (provider, route, key) are added up. */
export function toOverhead(samples: readonly Sample[], timing: Dialect['overhead']): Overhead | null {
  if (timing === null) return null
  const bucketLines = samples.filter(({ name }) => name === `${timing.metric}_bucket`)
  const phase = timing.phases?.find((each) => bucketLines.some(({ labels }) => labels.get('phase') === each))
  const cumulative = new Map<number, number>()
  for (const { labels, value } of bucketLines) {
    if (!Number.isFinite(value) || labels.get('phase') !== phase) continue
    const bound = toBound(labels.get('le'))
    if (bound !== null) cumulative.set(bound, (cumulative.get(bound) ?? 0) + value)
  }
  if (cumulative.size === 0) return null

  const buckets = toBuckets(cumulative, timing.unitMs)
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  return { count, p50Ms: quantileMs(buckets, 0.5), p99Ms: quantileMs(buckets, 0.99), buckets }
}

/** Linear inside the bucket; the first one begins at 0. */
function quantileMs(buckets: Overhead['buckets'], quantile: number): number | null {
  const rank = quantile * buckets.reduce((sum, { count }) => sum + count, 0)
  let below = 0
  let fromMs = 0
  for (const { toMs, count } of buckets) {
    if (count > 0 && below + count >= rank) {
      return toMs === null ? null : round(fromMs + (toMs - fromMs) * ((rank - below) / count))
    }
    below += count
    fromMs = toMs ?? fromMs
  }
  return null
}

function toBuckets(cumulative: Map<number, number>, unitMs: number): Overhead['buckets'] {
  let below = 0
  return [...cumulative]
    .sort(([a], [b]) => a - b)
    .map(([bound, total]) => {
      const count = Math.max(0, total - below)
      below = Math.max(below, total)
      return { toMs: Number.isFinite(bound) ? round(bound * unitMs) : null, count }
    })
}

function toBound(le: string | undefined): number | null {
  if (le === undefined || le === '') return null
  const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
  return Number.isNaN(bound) ? null : bound
}

/** Four decimals: fine enough for bounds of a tenth of a millisecond, and free of rounding errors. */
function round(ms: number): number {
  return Math.round(ms * 10_000) / 10_000
}
