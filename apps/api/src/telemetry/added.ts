/**
 * What a gateway counted between two readings: after minus before, row by row.
 *
 * Counters only grow, unless the gateway was restarted. A row in which any of them fell is taken to have begun at zero
 * again, as Prometheus's own `increase` does: a difference is never negative, at worst too small.
 */
import type { GatewayRow } from '@drag-race/contracts'
import {
  byRequests,
  type CountedRow,
  isCounted,
  keyOf,
  type Observed,
  type TimingName,
  timings,
  toCountedRow,
  toGatewayRow,
} from './gateway-rows.ts'

/** Rows in which nothing was added are left out. Averages are over the added calls alone. */
export function added(before: readonly CountedRow[], after: readonly CountedRow[]): GatewayRow[] {
  const earlier = new Map(before.map((row) => [keyOf(row.provider, row.model), row]))
  return after
    .map((row) => subtract(row, earlier.get(keyOf(row.provider, row.model))))
    .filter(isCounted)
    .map(toCountedRow)
    .map(toGatewayRow)
    .sort(byRequests)
}

function subtract(after: CountedRow, earlier: CountedRow | undefined) {
  const before = earlier && !hasFallen(earlier, after) ? earlier : undefined
  const observed = (name: TimingName): Observed => {
    const [then, now] = [before?.observed[name], after.observed[name]]
    const count = now.count - (then?.count ?? 0)
    // Two sums of the same calls can differ by a rounding error.
    return { count, sumMs: Math.max(0, now.sumMs - (then?.sumMs ?? 0)) }
  }
  return {
    provider: after.provider,
    model: after.model,
    requests: after.requests - (before?.requests ?? 0),
    failed: after.failed === null ? null : after.failed - (before?.failed ?? 0),
    inputTokens: after.inputTokens - (before?.inputTokens ?? 0),
    outputTokens: after.outputTokens - (before?.outputTokens ?? 0),
    costUsd: after.costUsd === null ? null : subtractCost(after.costUsd, before?.costUsd ?? 0),
    observed: {
      ttft: observed('ttft'),
      timePerOutputToken: observed('timePerOutputToken'),
      duration: observed('duration'),
    },
  }
}

/** To the picodollar, as the gateway counts. Calls that add nothing where others cost something are of unknown cost. */
function subtractCost(after: number, before: number): number | null {
  const costUsd = Math.round((after - before) * 1e12) / 1e12
  return costUsd === 0 && before > 0 ? null : costUsd
}

function hasFallen(before: CountedRow, after: CountedRow): boolean {
  return (
    after.requests < before.requests ||
    (after.failed ?? 0) < (before.failed ?? 0) ||
    after.inputTokens < before.inputTokens ||
    after.outputTokens < before.outputTokens ||
    (after.costUsd ?? 0) < (before.costUsd ?? 0) ||
    timings.some((name) => after.observed[name].count < before.observed[name].count)
  )
}
