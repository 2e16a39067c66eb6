/**
 * Everything that can happen in a race. A race is a tape of these events; all that is shown of it is a fold over them.
 *
 * `seq` counts 0, 1, 2, … without a gap. `at` is milliseconds since the green light on one monotonic clock, rounded to
 * two decimals. `lane` is the index in `lanes` of `race-start`, from 0 (the page shows one more).
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
  /** A simulated lane that watches the clock: shown, never ranked, in no statistic. */
  sentinel: z.optional(z.boolean()),
})
export type LaneEntry = z.infer<typeof LaneEntry>

const RaceStart = z.object({
  ...stamp,
  type: z.literal('race-start'),
  raceId: z.string(),
  startedAt: z.string(),
  request: RaceRequest,
  lanes: z.array(LaneEntry),
})

/** The lane's request is sent. */
const LaneStart = z.object({
  ...stamp,
  type: z.literal('lane-start'),
  lane,
  /** Its connection is opened only now: the race has a cold start, or it could not be opened before the light. */
  cold: z.optional(z.boolean()),
  /**
   * The gateway had the request except its last byte, and had done all its work on it, which is in no figure of this
   * lane.
   */
  prepared: z.optional(z.boolean()),
})

/** First token of any kind; `ms` from this lane's start. Streaming lanes only. */
const FirstToken = z.object({ ...stamp, type: z.literal('ttft'), lane, ms: z.number() })

export const Token = z.object({
  ...stamp,
  type: z.literal('token'),
  lane,
  /** The text; of a tool call, its name and arguments. */
  content: z.string(),
  /** Tapes older than `tool-call` have no time of such a token, except `ttft` when it was the first. */
  kind: z.enum(['answer', 'reasoning', 'tool-call']),
  /**
   * How many tokens `content` adds to the text, by our tokenizer (≈): 0 where it only completes one; absent where it
   * adds one.
   */
  tokens: z.optional(z.int().check(z.nonnegative())),
})

/**
 * Times of a lane's response besides its text, in milliseconds from the lane's own start; null for what never came.
 * They are stamped like everything else, where the bytes arrive.
 */
export const Arrival = z.object({
  /**
   * How long it took to open the lane's connection (DNS, TCP, TLS), before the green light unless the start was cold:
   * about the way there and back.
   */
  connectMs: z.optional(z.nullable(z.number())),
  /** The response's status line and headers. */
  headersMs: z.nullable(z.number()),
  /** The first byte of the body, which can be a comment or an empty chunk. */
  firstByteMs: z.nullable(z.number()),
  /** The first chunk that has `choices`, also one with a role and no text. */
  firstChoicesMs: z.optional(z.nullable(z.number())),
  /** The last chunk of any kind, `[DONE]` not counted. */
  lastChunkMs: z.optional(z.nullable(z.number())),
  /** The end of the response, after the last token and the usage. */
  closeMs: z.nullable(z.number()),
})
export type Arrival = z.infer<typeof Arrival>

const LaneDone = z.object({
  ...stamp,
  type: z.literal('done'),
  lane,
  totalMs: z.number(),
  /** As the provider sent it; null when it sent none. */
  finishReason: z.nullable(z.string()),
  usage: Usage,
  /** null when the price is unknown, never 0 for unknown. */
  costUsd: z.nullable(z.number().check(z.nonnegative())),
  /** The gateway's own report; null when the gateway sends none. */
  gateway: z.nullable(GatewayReport),
  /** The provider's id of the completion, by which the simulator's ledger is found. */
  completionId: z.optional(z.nullable(z.string())),
  /** Absent on tapes older than this field, and for lanes without a response. */
  arrival: z.optional(Arrival),
})

export const LaneError = z.object({
  ...stamp,
  type: z.literal('error'),
  lane,
  /** For people: what happened, what was done, what to do. */
  message: z.string(),
  /** For programs, snake_case; `stopped` when somebody stopped the lane, which is no failure. */
  code: z.string(),
  status: z.nullable(z.number()),
  retryAfterMs: z.nullable(z.number()),
  arrival: z.optional(Arrival),
  /** As in `done`, when a chunk had it. */
  completionId: z.optional(z.string()),
  /** As in `done`, with the attempts. Absent where the gateway sent no report, or never answered. */
  gateway: z.optional(GatewayReport),
  /** The id that finds the call in the gateway's log; absent where the gateway sent none. */
  requestId: z.optional(z.string()),
})
export type LaneError = z.infer<typeof LaneError>

/** How good the clock was in this race. Milliseconds. */
export const ClockReport = z.object({
  /**
   * The zero of this tape in nanoseconds of `process.hrtime`, with which it is compared with the simulator's ledger;
   * null when there was no green light.
   */
  greenLightNs: z.optional(z.nullable(z.string().check(z.regex(/^\d+$/)))),
  /**
   * When the margin was measured against the simulator's ledger (ISO 8601); null when only the thread's lateness is
   * known.
   */
  calibratedAt: z.nullable(z.string()),
  /**
   * The longest that the reading thread was late at its sockets while the race ran; null when the race was too short.
   */
  lagMs: z.nullable(z.number().check(z.nonnegative())),
  /** `lagMs` was more than the margin: figures of this race can be off by both together. */
  disturbed: z.boolean(),
  /** The errors of a sentinel lane: stamps minus the simulator's own times; null without a sentinel. */
  sentinel: z.nullable(
    z.object({
      ttftErrorMs: z.nullable(z.number()),
      tokenErrorP99Ms: z.nullable(z.number()),
      tokens: z.int(),
    }),
  ),
})
export type ClockReport = z.infer<typeof ClockReport>

const RaceEnd = z.object({
  ...stamp,
  type: z.literal('race-end'),
  standings: z.array(Standing),
  /**
   * Lanes within it of each other share a place; in a disturbed race the lag is added to it (`errorBoundMs`). Null when
   * the clock's error was not measured.
   */
  marginMs: z.nullable(z.number().check(z.nonnegative())),
  reason: z.enum(['finished', 'stopped', 'deadline', 'interrupted']),
  /** Absent on tapes older than this field. */
  clock: z.optional(ClockReport),
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

export type EventOf<Type extends RaceEvent['type']> = Extract<RaceEvent, { type: Type }>

/** An event that the tape has not numbered yet. */
export type Unnumbered<Event extends RaceEvent = RaceEvent> = Event extends RaceEvent
  ? Omit<Event, 'seq'>
  : never
