/**
 * The tables of the history, as kysely knows them. The tape is the truth; `lanes` holds what a fold over it says, so
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
  /** While it runs, the one that was in force at its start: all that is known of its clock should the app die. */
  margin_ms: number | null
  /** Verdict; null while it runs. */
  verdict_json: string | null
  /** GatewayRow[]; null when the gateway's metrics could not be read. */
  gateway_added_json: string | null
  /** ClockReport; null while it runs, and for races older than it. */
  clock_json: string | null
  cold_start: 0 | 1
  origin: Generated<RaceOrigin>
  /** RaceImport; null for a race that was run here. */
  import_json: Generated<string | null>
  /** Names and texts; null without any. */
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
  /** Those that the decode speed is of: without hidden reasoning. */
  sent_tokens: number | null
  /** Its tokens were counted by our tokenizer, and so is its speed. */
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

/** The clock's error as it was measured; the newest is the one that holds. */
export interface CalibrationsTable {
  /** ISO 8601. */
  measured_at: string
  /** Calibration. */
  calibration_json: string
}
