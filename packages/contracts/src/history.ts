/**
 * What the history is asked and what it answers: pages of races, one of them, its file. What comes in is checked with
 * zod; what goes out is a plain interface, because the server builds it from checked parts.
 */
import * as z from 'zod/mini'
import type { GatewayRow } from './gateway-stats.ts'
import type { ClockReport } from './race-event.ts'
import type { FinishLine, RaceRequest } from './race-request.ts'
import type { Verdict } from './standings.ts'
import { TagQuery } from './tags.ts'
import type { RaceOrigin } from './tape-file.ts'
import type { TimeSlip } from './time-slip.ts'

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
