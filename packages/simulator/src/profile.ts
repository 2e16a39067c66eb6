/**
 * A profile: how a simulated model behaves. These figures describe it completely, so that a new class of models is a
 * new row in `profiles.ts` and no new code.
 */
import * as z from 'zod'

/** Bounds that keep one call small enough for the process. */
export const waitMsMax = 600_000
export const tokensMax = 100_000
export const requestsPerMinuteMax = 1000

const chance = z.number().min(0).max(1)
const waitMs = z.number().min(0).max(waitMsMax)
const tokens = z.int().min(0).max(tokensMax)
const tokensPerSecond = z.number().positive().max(100_000)

/** What can happen to a call instead of a plain answer. A fate after a token that the answer never reaches is void. */
export const Fate = z.discriminatedUnion('kind', [
  /** An error instead of an answer. */
  z.strictObject({
    kind: z.literal('refuse'),
    status: z.int().min(400).max(599),
    afterMs: waitMs,
    retryAfterMs: z.nullable(waitMs),
  }),
  /** The call is accepted, and then nothing comes: no header, no byte. */
  z.strictObject({ kind: z.literal('silent') }),
  /** The socket is destroyed. */
  z.strictObject({ kind: z.literal('cut'), afterTokens: tokens }),
  /** Nothing comes for a while; null: for ever, with the socket open. */
  z.strictObject({ kind: z.literal('stall'), afterTokens: tokens, forMs: z.nullable(waitMs) }),
  /** One event has broken JSON; the answer goes on after it. */
  z.strictObject({ kind: z.literal('malformed'), afterTokens: tokens }),
])
export type Fate = z.infer<typeof Fate>

export const Profile = z.strictObject({
  description: z.string().min(1),
  /** From the request being read to the first chunk that holds a token. */
  ttftMs: waitMs,
  /** Sigma of a log-normal factor with mean 1 on the time to first token; 0 is exact. */
  ttftJitter: z.number().min(0).max(2),
  /** Speed from the first chunk on; the time between two tokens is its inverse. */
  tokensPerSecond,
  /** The same sigma, on each time between chunks. */
  jitter: z.number().min(0).max(2),
  /** Tokens that arrive together. The chunk is due when its last token is. */
  tokensPerChunk: z.strictObject({ min: z.int().min(1).max(1000), max: z.int().min(1).max(1000) }),
  /** Hiccups: with this chance, a pause before a chunk. */
  pauses: z.nullable(z.strictObject({ chance, minMs: waitMs, maxMs: waitMs })),
  /** Reasoning before the answer: at least so many tokens, to the end of a paragraph. */
  reasoning: z.nullable(z.strictObject({ tokensMin: tokens, tokensMax: tokens, tokensPerSecond })),
  /** How it writes: the short form of an answer, the whole, or the whole between pleasantries. */
  manner: z.enum(['short', 'whole', 'chatty']),
  /** With its chance one of these happens; otherwise the call is answered. */
  fates: z
    .array(z.strictObject({ chance, fate: Fate }))
    .refine((fates) => fates.reduce((sum, one) => sum + one.chance, 0) <= 1, 'The chances add up to over 1.'),
  /** Calls accepted within any 60 seconds; further ones get a 429 that says when to come back. */
  requestsPerMinute: z.nullable(z.int().min(1).max(requestsPerMinuteMax)),
  /** Every repetition of a prompt draws anew, so that a retry can succeed. */
  isFickle: z.boolean(),
})
export type Profile = z.infer<typeof Profile>
