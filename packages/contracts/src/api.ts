/**
 * Requests and responses of apps/api. What comes in is checked with zod; what goes out is a plain interface, because
 * the server builds it from checked parts.
 */
import * as z from 'zod/mini'
import type { ClockReport } from './race-event.ts'
import type { FinishLine, RaceRequest } from './race-request.ts'
import type { Spread } from './spread.ts'
import type { Verdict } from './standings.ts'
import { TagQuery } from './tags.ts'
import type { RaceOrigin } from './tape-file.ts'
import type { TimeSlip } from './time-slip.ts'

/** Every error of the API: a code for programs, a message that tells people what to do. */
export interface ApiError {
  error: { code: string; message: string; details?: { path: string; message: string }[] }
}

/** `POST /api/races/:id/stop`: the whole race, or one lane. */
export const StopRequest = z.strictObject({ lane: z.optional(z.int().check(z.nonnegative())) })
export type StopRequest = z.infer<typeof StopRequest>

/**
 * With the events of a race that runs: where its clock stands as the answer begins, in milliseconds since the green light. A
 * viewer who comes in the middle of a silence has no event that says so.
 */
export const raceClockHeader = 'x-race-clock-ms'

/** `interrupted`: the app died in the middle; what had arrived is kept. */
export const raceStatuses = ['running', 'finished', 'stopped', 'deadline', 'interrupted'] as const
export type RaceStatus = (typeof raceStatuses)[number]

/** `GET /api/races`: newest first; `cursor` is `nextCursor` of the page before. */
export const RaceQuery = z.strictObject({
  /** The longest that the app gives is of an id of 100 characters: 158. */
  cursor: z.optional(z.string().check(z.maxLength(200))),
  limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(100)), 25),
  model: z.optional(z.string().check(z.maxLength(200))),
  category: z.optional(z.string().check(z.maxLength(100))),
  status: z.optional(z.enum(raceStatuses)),
  /** Found in the prompt or in an answer, without regard to case. */
  text: z.optional(z.string().check(z.maxLength(200))),
  tag: z.optional(TagQuery),
  /** Only races of the same prompt as this race, itself left out. */
  samePromptAs: z.optional(z.string().check(z.maxLength(100))),
})
export type RaceQuery = z.infer<typeof RaceQuery>

export interface LaneSummary {
  lane: number
  model: string
  provider: string | null
  simulated: boolean
  /** It watched the clock and was not ranked. */
  sentinel: boolean
  stream: boolean
  place: number | null
  deadHeat: boolean
  /** `running` only while the race runs. */
  outcome: 'running' | 'done' | 'failed' | 'stopped'
  errorCode: string | null
  slip: TimeSlip
}

export interface RaceSummary {
  id: string
  startedAt: string
  status: RaceStatus
  prompt: string
  category: string | null
  finish: FinishLine
  /** `imported`: another machine's clock; shown wherever the race is, counted nowhere. */
  origin: RaceOrigin
  /** While it runs, as it was measured before; null when the clock's error is not known. */
  marginMs: number | null
  /** null while it runs, and for races older than it. */
  clock: ClockReport | null
  /** Connections were opened after the green light. */
  coldStart: boolean
  /** What it was started with; empty without any. */
  tags: Record<string, string>
  verdict: Verdict | null
  /** In order of arrival, then of their numbers. */
  lanes: LaneSummary[]
}

export interface RacePage {
  races: RaceSummary[]
  nextCursor: string | null
}

/** `GET /api/races/:id`. The answers are in its events: `GET /api/races/:id/events`. */
export interface RaceDetail extends RaceSummary {
  request: RaceRequest
  /** What the gateway counted while this race ran; null when it could not be read. Other callers' calls are in it. */
  gatewayAdded: GatewayRow[] | null
  /** Where an imported race came from; null for one that was run here. */
  imported: RaceImport | null
}

/** Why a lane has no errors, or none of its tokens. */
export type GroundTruthGap =
  | 'not_simulated'
  | 'not_kept'
  | 'unreachable'
  | 'imported'
  | 'no_green_light'
  | 'other_clock'
  | 'regrouped'
  | 'cut'

export interface LaneGroundTruth {
  lane: number
  /** Milliseconds, as measured minus as the simulator wrote it down. null: `missing` says why. */
  errors: {
    /** null without streaming or a token. */
    ttftMs: number | null
    /** Each token's stamp minus the moment at which it was written; null without streaming, or `missing` says why. */
    tokens: Spread | null
    /** null unless the lane was done. */
    totalMs: number | null
  } | null
  missing: { code: GroundTruthGap; message: string } | null
}

/** `GET /api/races/:id/ground-truth`: a finished race beside the ledger of the simulator, while that keeps it. */
export interface GroundTruth {
  lanes: LaneGroundTruth[]
}

/** `GET /api/races/:id/export?as=…` */
export const exportForms = ['tape', 'csv', 'html'] as const
export type ExportForm = (typeof exportForms)[number]
export const ExportQuery = z.strictObject({ as: z._default(z.enum(exportForms), 'tape') })

/** What an imported race's file said of itself. */
export interface RaceImport {
  importedAt: string
  exportedAt: string
  /** Version of the app that wrote the file. */
  appVersion: string
  /** What must be known of it: that its file was cut, and where. */
  note: string | null
}

/** `POST /api/races/import`: the race is there, by this id. */
export interface ImportedRace {
  id: string
  note: string | null
}

/** One provider and model, as the gateway's own metrics count it since the gateway's start. */
export interface GatewayRow {
  provider: string
  model: string
  requests: number
  /** Of them, those that ended in an error; null when the gateway does not tell, missing in what was kept before there was this. */
  failed?: number | null
  inputTokens: number
  outputTokens: number
  /** What calls of known price cost; null when the gateway does not tell or none had one, missing in what was kept before there was this. */
  costUsd?: number | null
  /** Averages over what was counted; null when nothing was. */
  ttftMs: number | null
  timePerOutputTokenMs: number | null
  /** Of good calls alone, unless the gateway does not tell them from the others. */
  durationMs: number | null
}

export type GatewayDialect = 'built-in' | 'agentgateway' | 'litellm' | 'bifrost' | 'unknown'

/** `GET /api/gateway-stats`; with `?race=<id>` also what was added since that race's start. */
export interface GatewayStats {
  gatewayUrl: string
  metricsUrl: string
  /** Our own, wherever it runs: by what it says of itself. */
  isBuiltIn: boolean
  readAt: string
  /** Set when the metrics could not be read: why, and what to do. */
  problem: string | null
  dialect: GatewayDialect
  rows: GatewayRow[]
  added: GatewayRow[] | null
  /** The gateway's own time per call; null when it does not say. Buckets are not cumulative. */
  overhead: {
    count: number
    p50Ms: number | null
    p99Ms: number | null
    buckets: { toMs: number | null; count: number }[]
  } | null
  /** What its routing met with; null when the gateway does not tell. */
  targets: GatewayTarget[] | null
  /** Of the owners who have used most of theirs, those first; null when the gateway does not tell. */
  budgets: GatewayBudget[] | null
}

export const breakerStates = ['closed', 'half-open', 'open'] as const

/** One target of the gateway's config, since the gateway's start. */
export interface GatewayTarget {
  target: string
  /** Of its circuit breaker; null for a target that was not called, or has left the config. */
  breaker: (typeof breakerStates)[number] | null
  /** Attempts at it after it had just failed. */
  retries: number
  /** Attempts that went on to another target. */
  fallbacks: number
}

/** What one owner has spent of a budget in its current period. */
export interface GatewayBudget {
  budget: string
  period: string
  owner: string
  spentUsd: number
  /** null when the gateway does not tell. */
  limitUsd: number | null
}

export const GatewayStatsQuery = z.strictObject({ race: z.optional(z.string().check(z.maxLength(100))) })

/** `GET /api/models`. */
export interface ModelInfo {
  id: string
  provider: string | null
  available: boolean
  /** Why not, and what to do. */
  reason: string | null
  /** The environment variable to set, when that is what is missing. */
  missing: string | null
  simulated: boolean
  /** Found on this machine at start, not named in gateway.yaml. */
  discovered: boolean
  /** A name for several models, among which the gateway chooses for each call. */
  virtual: boolean
  /** A line about it, when the config has one. */
  description: string | null
}

export interface ModelList {
  models: ModelInfo[]
  /** Set when the gateway could not be asked. */
  problem: string | null
}

/** `GET /api/prompts` and its siblings. */
export const promptCategories = [
  'coding',
  'reasoning',
  'maths',
  'writing',
  'knowledge',
  'extraction',
  'planning',
] as const

export const PromptInput = z.strictObject({
  title: z.string().check(z.trim(), z.minLength(1, 'Give the prompt a title.'), z.maxLength(120)),
  category: z.string().check(z.trim(), z.minLength(1, 'Choose a category.'), z.maxLength(60)),
  text: z.string().check(z.regex(/\S/, 'The prompt is empty.'), z.maxLength(200_000)),
})
export type PromptInput = z.infer<typeof PromptInput>

export interface Prompt extends PromptInput {
  id: string
  /** Shipped with the app: can be copied, not changed. */
  isBuiltIn: boolean
}

/** `GET /api/health`. */
export interface Health {
  status: 'ok' | 'degraded'
  version: string
  /** `isBuiltIn`: our own, wherever it runs; by what it says of itself. */
  gateway: { url: string; isBuiltIn: boolean; isReachable: boolean }
  /** `unwritten`: ended, and waiting for a database that refuses. `unwrittenReason`: why, and what to do; null when none waits. */
  races: { running: number; unwritten: number; unwrittenReason: string | null }
  /** The clock's error as last measured; null before the first measurement. */
  marginMs: number | null
  /** Where `marginMs` comes from; null: from the lateness of the last race's thread alone, or from nothing yet. */
  calibration: Calibration | null
  isCalibrating: boolean
}

/** `POST /api/calibrate`: the clock's error against the simulator's ledger. Milliseconds. */
export interface Calibration {
  /** The largest p99 below: what two lanes must differ by to be told apart. */
  marginMs: number
  /** ISO 8601. */
  measuredAt: string
  /** `gateway`: on the road of every lane. `simulator`: straight, because no simulated model is known behind the gateway. */
  through: 'gateway' | 'simulator'
  model: string
  /** Lanes that were measured, over all heats. */
  lanes: number
  /** From a lane's request to a token's arrival, minus the simulator's own time for it. */
  ttft: Spread
  token: Spread
  /** The same to the end of the answer. */
  total: Spread
  /** How far two lanes of one heat were apart in their errors. */
  difference: Spread
  /** The longest that the reading thread came late. */
  lagMs: number | null
}
