/** A race's row in the forms that the API sends: a line of the history, or the whole race. */
import type {
  ClockReport,
  FinishLine,
  GatewayRow,
  LaneSummary,
  RaceDetail,
  RaceImport,
  RaceRequest,
  RaceSummary,
  Verdict,
} from '@drag-race/contracts'
import type { Selectable } from 'kysely'
import { byArrival } from './lane-rows.ts'
import type { RacesTable } from './schema.ts'

/** The columns that a summary needs: the long texts stay in the database. */
export type RaceSummaryRow = Omit<
  Selectable<RacesTable>,
  'started_at_ms' | 'prompt_id' | 'request_json' | 'gateway_added_json' | 'import_json'
>

export function toRaceSummary(row: RaceSummaryRow, lanes: readonly LaneSummary[]): RaceSummary {
  return {
    id: row.id,
    startedAt: row.started_at,
    status: row.status,
    prompt: row.prompt,
    category: row.category,
    finish: JSON.parse(row.finish_json) as FinishLine,
    origin: row.origin,
    marginMs: row.margin_ms,
    clock: row.clock_json === null ? null : (JSON.parse(row.clock_json) as ClockReport),
    coldStart: row.cold_start === 1,
    tags: row.tags_json === null ? {} : (JSON.parse(row.tags_json) as Record<string, string>),
    verdict: row.verdict_json === null ? null : (JSON.parse(row.verdict_json) as Verdict),
    lanes: lanes.toSorted(byArrival),
  }
}

export function toRaceDetail(row: Selectable<RacesTable>, lanes: readonly LaneSummary[]): RaceDetail {
  return {
    ...toRaceSummary(row, lanes),
    request: JSON.parse(row.request_json) as RaceRequest,
    gatewayAdded:
      row.gateway_added_json === null ? null : (JSON.parse(row.gateway_added_json) as GatewayRow[]),
    imported: row.import_json === null ? null : (JSON.parse(row.import_json) as RaceImport),
  }
}
