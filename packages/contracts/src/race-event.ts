/**
 * Everything that can happen in a race. A race is a tape of these events; whatever is shown of it is a fold over them.
 *
 * `seq` counts 0, 1, 2, … without a gap. `at` is milliseconds since the green light on one monotonic clock, rounded to
 * two decimals. `lane` is the index in `lanes` of `race-start`, from 0 (the number plate shows one more).
 */
import * as z from 'zod/mini'
import { GatewayReport } from './gateway-report.ts'
import { RaceRequest } from './race-request.ts'
import { Standing } from './standings.ts'
import { Usage } from './usage.ts'

const stamp = { seq: z.int().check(z.nonnegative()), at: z.number() }
const lane = z.int().check(z.nonnegative(), z.lt(16))

export const LaneEntry = z.object({
  lane,
  model: z.string(),
  stream: z.boolean(),
  /** null when a foreign gateway does not say. */
  provider: z.nullable(z.string()),
  /** Answered by the simulator: labelled wherever it is shown. */
  simulated: z.boolean(),
})
export type LaneEntry = z.infer<typeof LaneEntry>

export const RaceStart = z.object({
  ...stamp,
  type: z.literal('race-start'),
  raceId: z.string(),
  startedAt: z.string(),
  request: RaceRequest,
  lanes: z.array(LaneEntry),
})

/** The lane's request leaves. */
export const LaneStart = z.object({ ...stamp, type: z.literal('lane-start'), lane })

/** First token of any kind; `ms` from this lane's start. Streaming lanes only. */
export const FirstToken = z.object({ ...stamp, type: z.literal('ttft'), lane, ms: z.number() })

export const Token = z.object({
  ...stamp,
  type: z.literal('token'),
  lane,
  content: z.string(),
  kind: z.enum(['answer', 'reasoning']),
  /** How many tokens the tokenizer sees in `content` (≈); left out when it is one. */
  tokens: z.optional(z.number()),
})

export const LaneDone = z.object({
  ...stamp,
  type: z.literal('done'),
  lane,
  totalMs: z.number(),
  /** As the provider said it; null when it never did. */
  finishReason: z.nullable(z.string()),
  usage: Usage,
  /** null when the price is unknown, never 0 for unknown. */
  costUsd: z.nullable(z.number()),
  /** The gateway's own account; null when the gateway gives none. */
  gateway: z.nullable(GatewayReport),
  /** The provider's id of the completion, by which a simulator's ledger is found. */
  completionId: z.optional(z.nullable(z.string())),
})

export const LaneError = z.object({
  ...stamp,
  type: z.literal('error'),
  lane,
  /** For people: what happened, what was done, what to do. */
  message: z.string(),
  /** For programs, snake_case; `stopped` when somebody pressed stop, which is no failure. */
  code: z.string(),
  status: z.nullable(z.number()),
  retryAfterMs: z.nullable(z.number()),
})

export const RaceEnd = z.object({
  ...stamp,
  type: z.literal('race-end'),
  standings: z.array(Standing),
  /** Lanes closer than this share a place; null when the clock's error was not measured. */
  marginMs: z.nullable(z.number()),
  reason: z.enum(['finished', 'stopped', 'deadline', 'interrupted']),
})

export const RaceEvent = z.discriminatedUnion('type', [
  RaceStart,
  LaneStart,
  FirstToken,
  Token,
  LaneDone,
  LaneError,
  RaceEnd,
])
export type RaceEvent = z.infer<typeof RaceEvent>

/** An event before the tape has given it its number. */
export type Unnumbered<Event extends RaceEvent = RaceEvent> = Event extends RaceEvent
  ? Omit<Event, 'seq'>
  : never
