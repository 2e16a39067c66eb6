/** The gateway's own time per call, as a histogram: what it costs to go through it. */
import type { GatewayStats } from '@drag-race/contracts'
import { toCount, toFineMs, withUnit } from '../look/figures.ts'

export function Overhead({
  dialect,
  overhead,
}: Pick<GatewayStats, 'dialect'> & { overhead: NonNullable<GatewayStats['overhead']> }) {
  const buckets = toShown(overhead.buckets)
  const most = Math.max(1, ...buckets.map(({ count }) => count))
  return (
    <section className="overhead">
      <h2>Overhead</h2>
      <p className="telemetry-source">
        {dialect === 'built-in'
          ? 'the gateway’s own work before a call leaves it'
          : 'the gateway’s own time per call'}
        : p50 {withUnit(toFineMs(overhead.p50Ms), 'ms')}, p99 {withUnit(toFineMs(overhead.p99Ms), 'ms')},{' '}
        {toCount(overhead.count)} {overhead.count === 1 ? 'call' : 'calls'}
      </p>
      <ol className="overhead-bars">
        {buckets.map(({ toMs, count }) => (
          <li key={String(toMs)} title={`${toEdge(toMs)}: ${toCount(count)}`}>
            <span className="visually-hidden">
              {toEdge(toMs)}: {toCount(count)}
            </span>
            <span className="overhead-bar" style={{ height: `${(count / most) * 100}%` }} />
            <span className="overhead-edge" aria-hidden="true">
              {toMs === null ? 'longer' : toFineMs(toMs)}
            </span>
          </li>
        ))}
      </ol>
      <p className="overhead-scale" aria-hidden="true">
        <span>{toEdge(buckets[0]?.toMs ?? null)}</span>
        <span>{toEdge(buckets.at(-1)?.toMs ?? null)}</span>
      </p>
    </section>
  )
}

type Bucket = NonNullable<GatewayStats['overhead']>['buckets'][number]

/** The buckets that hold something and one more on each side: the long empty ends say nothing. */
function toShown(buckets: Bucket[]): Bucket[] {
  const first = buckets.findIndex(({ count }) => count > 0)
  const last = buckets.findLastIndex(({ count }) => count > 0)
  return first < 0 ? buckets : buckets.slice(Math.max(0, first - 1), last + 2)
}

function toEdge(toMs: number | null): string {
  return toMs === null ? 'longer' : `≤ ${toFineMs(toMs)} ms`
}
