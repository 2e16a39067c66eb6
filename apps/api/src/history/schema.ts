/**
 * The tables of the history, as types for kysely. The tape is the truth; `lanes` holds the result of a fold over it, so
 * that lists and leaderboards need not fold every tape again.
 *
 * JSON columns hold contracts' shapes as text; booleans are 0 or 1, because SQLite has none.
 */
import type { RaceOrigin, RaceStatus } from '@drag-race/contracts'
import type { Generated } from 'kysely'

export interface Schema {
  races: RacesTable
  lanes: LanesTable
  tape_parts: TapePartsTable
  prompts: PromptsTable
  calibrations: CalibrationsTable
}

export interface RacesTable {
  id: string
  /** ISO 8601. */
  started_at: string
  started_at_ms: number
  status: RaceStatus
  /** The prompt, or the last user message when the race was started with `messages`. */
  prompt: string
  category: string | null
  prompt_id: string | null
  /** RaceRequest. */
  request_json: string
  /** FinishLine. */
  finish_json: string
  /** While the race runs, the margin in force at its start: all that is known of its clock if the app dies. */
  margin_ms: number | null
  /** Verdict; null while it runs. */
  verdict_json: string | null
  /** GatewayRow[]; null when the gateway's metrics could not be read. */
  gateway_added_json: string | null
  /** ClockReport; null while the race runs, and for races older than this column. */
  clock_json: string | null
  cold_start: 0 | 1
  origin: Generated<RaceOrigin>
  /** RaceImport; null for a race that was run here. */
  import_json: Generated<string | null>
  /** Tags as an object of names and values; null without any. */
  tags_json: Generated<string | null>
}

export interface LanesTable {
  race_id: string
  lane: number
  model: string
  provider: string | null
  simulated: 0 | 1
  sentinel: 0 | 1
  stream: 0 | 1
  /**
   * The first lane of its race that was asked with the same settings and system prompt; its own number where it is the
   * first.
   */
  asked_like: number
  place: number | null
  dead_heat: 0 | 1
  outcome: 'running' | 'done' | 'failed' | 'stopped'
  error_code: string | null
  answer: string
  reasoning: string
  ttft_ms: number | null
  total_ms: number | null
  elapsed_ms: number | null
  decode_tps: number | null
  output_tokens: number | null
  /** The tokens that the decode speed counts: without hidden reasoning. */
  sent_tokens: number | null
  /** Its tokens were counted by our tokenizer, so its speed is an estimate. */
  is_estimated: 0 | 1
  cost_usd: number | null
  /** TimeSlip. */
  slip_json: string
}

/** One row per flush, not per event: a tape of 320,000 events is a few hundred rows. */
export interface TapePartsTable {
  race_id: string
  from_seq: number
  to_seq: number
  /** The events from `from_seq` to `to_seq`, one line of JSON each. */
  lines: string
}

export interface PromptsTable {
  id: string
  title: string
  category: string
  text: string
  created_at: string
}

/** Measurements of the clock's error; the newest one is in force. */
export interface CalibrationsTable {
  /** ISO 8601. */
  measured_at: string
  /** Calibration. */
  calibration_json: string
}
