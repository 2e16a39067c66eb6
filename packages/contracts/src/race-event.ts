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

/** The lane's request leaves. */
const LaneStart = z.object({
  ...stamp,
  type: z.literal('lane-start'),
  lane,
  /** Its connection is opened only now: because it was wished so, or because none could be had before the light. */
  cold: z.optional(z.boolean()),
  /**
   * The gateway had it but for its last byte and had done all its work on it: that work is in no figure of this lane.
   */
  prepared: z.optional(z.boolean()),
})

/** First token of any kind; `ms` from this lane's start. Streaming lanes only. */
const FirstToken = z.object({ ...stamp, type: z.literal('ttft'), lane, ms: z.number() })

export const Token = z.object({
  ...stamp,
  type: z.literal('token'),
  lane,
  /** Of a tool call its name and arguments. */
  content: z.string(),
  /** Tapes older than `tool-call` have no time of such a token, but for `ttft` when it was the first. */
  kind: z.enum(['answer', 'reasoning', 'tool-call']),
  /**
   * How many tokens more the text has with `content`, by our tokenizer (≈): 0 where it completes one; left out when it
   * is one.
   */
  tokens: z.optional(z.int().check(z.nonnegative())),
})

/**
 * What the socket told of a lane besides its text, in milliseconds from the lane's own start; null when it never came.
 * Stamped like everything else: where the bytes arrive.
 */
export const Arrival = z.object({
  /**
   * How long opening its connection took (DNS, TCP, TLS), before the green light unless the start was cold: about the
   * way there and back.
   */
  connectMs: z.optional(z.nullable(z.number())),
  /** The response's status line and headers. */
  headersMs: z.nullable(z.number()),
  /** The first byte of its body, be it a comment or an empty chunk. */
  firstByteMs: z.nullable(z.number()),
  /** The first chunk that has `choices`, be it one with a role and no text. */
  firstChoicesMs: z.optional(z.nullable(z.number())),
  /** The last chunk of any kind, `[DONE]` not counted. */
  lastChunkMs: z.optional(z.nullable(z.number())),
  /** The end of the response, after the last token and the books. */
  closeMs: z.nullable(z.number()),
})
export type Arrival = z.infer<typeof Arrival>

const LaneDone = z.object({
  ...stamp,
  type: z.literal('done'),
  lane,
  totalMs: z.number(),
  /** As the provider said it; null when it never did. */
  finishReason: z.nullable(z.string()),
  usage: Usage,
  /** null when the price is unknown, never 0 for unknown. */
  costUsd: z.nullable(z.number().check(z.nonnegative())),
  /** The gateway's own account; null when the gateway gives none. */
  gateway: z.nullable(GatewayReport),
  /** The provider's id of the completion, by which a simulator's ledger is found. */
  completionId: z.optional(z.nullable(z.string())),
  /** Left out by tapes older than it, and by lanes without a response. */
  arrival: z.optional(Arrival),
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
  arrival: z.optional(Arrival),
  /** As in `done`, when a chunk had named it. */
  completionId: z.optional(z.string()),
  /** As in `done`: what was tried. Left out where the gateway gave no account, or never answered. */
  gateway: z.optional(GatewayReport),
  /** The id that the gateway's log has the call under; left out where none was named. */
  requestId: z.optional(z.string()),
})
export type LaneError = z.infer<typeof LaneError>

/** How good the clock was in this race. Milliseconds. */
export const ClockReport = z.object({
  /**
   * Zero of this tape in nanoseconds of `process.hrtime`, by which it is laid beside a simulator's ledger; null: no
   * light.
   */
  greenLightNs: z.optional(z.nullable(z.string().check(z.regex(/^\d+$/)))),
  /**
   * When the margin was measured against the simulator's ledger (ISO 8601); null: only the thread's lateness is known.
   */
  calibratedAt: z.nullable(z.string()),
  /**
   * The longest that the reading thread came late to its sockets while the race ran; null when it was too short to say.
   */
  lagMs: z.nullable(z.number().check(z.nonnegative())),
  /** The thread came later than the margin allows: figures of this race may be off by margin and lag together. */
  disturbed: z.boolean(),
  /** What a sentinel lane saw of it: stamp minus the simulator's own time of writing; null without one. */
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
  /** Left out by tapes older than it. */
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

/** An event before the tape has given it its number. */
export type Unnumbered<Event extends RaceEvent = RaceEvent> = Event extends RaceEvent
  ? Omit<Event, 'seq'>
  : never
