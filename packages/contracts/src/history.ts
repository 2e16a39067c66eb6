/**
 * Requests to the history and its answers: pages of races, a single race, its file. Requests are checked with zod;
 * answers are plain interfaces, because the server builds them from checked parts.
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
  /** The longest cursor that the app gives has 158 characters, for an id of 100. */
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
  /** `imported`: timed by another machine's clock; shown wherever the race is, counted on no leaderboard. */
  origin: RaceOrigin
  /** While the race runs, the margin in force at its start; null when the clock's error is not known. */
  marginMs: number | null
  /** null while the race runs, and for races older than this field. */
  clock: ClockReport | null
  /** Connections were opened after the green light. */
  coldStart: boolean
  /** The tags that the race was started with; empty without any. */
  tags: Record<string, string>
  verdict: Verdict | null
  /** By place, then by lane number. */
  lanes: LaneSummary[]
}

export interface RacePage {
  races: RaceSummary[]
  nextCursor: string | null
}

/** `GET /api/races/:id`. The answers are in its events: `GET /api/races/:id/events`. */
export interface RaceDetail extends RaceSummary {
  request: RaceRequest
  /** What the gateway counted while this race ran, calls of others included; null when it could not be read. */
  gatewayAdded: GatewayRow[] | null
  /** Where an imported race came from; null for one that was run here. */
  imported: RaceImport | null
}

/** `GET /api/races/:id/export?as=…` */
export const exportForms = ['tape', 'csv', 'html'] as const
export type ExportForm = (typeof exportForms)[number]
export const ExportQuery = z.strictObject({ as: z._default(z.enum(exportForms), 'tape') })

/** What the header of an imported race's file says. */
export interface RaceImport {
  importedAt: string
  exportedAt: string
  /** Version of the app that wrote the file. */
  appVersion: string
  /** Where the file was cut; null when it is whole. */
  note: string | null
}

/** `POST /api/races/import`: the id under which the race is now in the history. */
export interface ImportedRace {
  id: string
  note: string | null
}
