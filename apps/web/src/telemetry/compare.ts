/**
 * The gateway's count beside the race's own measurement, one row for each provider and model: what the gateway counted
 * since its start, what was added since this race began, and what the race measured for the same model from its own
 * side of the wire. Before a race the lanes are those that are staged, and nothing was added or measured.
 */
import type { GatewayRow, GatewayStats, LaneState } from '@drag-race/contracts'

/** The name on the screen of who served a call: a simulated figure is never shown as a real one. */
export function toServedBy({ provider }: Pick<GatewayRow, 'provider'>): string {
  return provider === 'simulator' ? 'simulated' : provider
}

/** The part of a lane that is compared. */
export type TimedLane = Pick<LaneState, 'model' | 'ttftMs'>

export interface ComparedRow extends GatewayRow {
  /** What all callers added since the race began; null without a race, or when nothing was added yet. */
  added: GatewayRow | null
  /** Mean TTFT of this race's lanes of the model; null when none has one. */
  measuredTtftMs: number | null
  /** `measuredTtftMs` less the gateway's own average of the same calls; null unless both are known. */
  differenceMs: number | null
}

/** Rows of the lanes' models first, in lane order; then the others as the gateway lists them. */
export function compareRows(
  { rows, added }: Pick<GatewayStats, 'rows' | 'added'>,
  lanes: readonly TimedLane[],
): ComparedRow[] {
  const compared = rows.map((row) => compareRow(row, added ?? [], lanes))
  const order = lanes.map(({ model }) => model)
  const place = ({ model }: GatewayRow) => (order.includes(model) ? order.indexOf(model) : order.length)
  return compared.toSorted((a, b) => place(a) - place(b))
}

/** Only the rows of these lanes' models. */
export function ofLanes(rows: ComparedRow[], lanes: readonly TimedLane[]): ComparedRow[] {
  return rows.filter((row) => lanes.some(({ model }) => model === row.model))
}

function compareRow(row: GatewayRow, added: readonly GatewayRow[], lanes: readonly TimedLane[]): ComparedRow {
  const own = added.find(({ provider, model }) => provider === row.provider && model === row.model) ?? null
  const measuredTtftMs = mean(
    lanes.filter(({ model }) => model === row.model).flatMap(({ ttftMs }) => ttftMs ?? []),
  )
  const gatewayTtftMs = own?.ttftMs ?? null
  const differenceMs =
    measuredTtftMs === null || gatewayTtftMs === null ? null : measuredTtftMs - gatewayTtftMs
  return { ...row, added: own, measuredTtftMs, differenceMs }
}

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
