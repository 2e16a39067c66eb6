/**
 * The gateway's own report of one call. A caller that sends `x-gateway-report: 1` gets it as the extra field `gateway`
 * of the last usage chunk, or of the JSON body; after a failed call, beside its `error`. Times are in milliseconds on
 * the gateway's monotonic clock.
 */
import * as z from 'zod/mini'
import { Usage } from './usage.ts'

/** Fields that older tapes and other gateways lack are optional. */
export const GatewayAttempt = z.object({
  /** The target's name in the gateway's config. */
  target: z.optional(z.nullable(z.string())),
  provider: z.string(),
  /** The provider's own name of the model. */
  model: z.string(),
  /** `ok`, or the code of what went wrong. */
  outcome: z.string(),
  /** HTTP status of the provider; null when no response came. */
  status: z.nullable(z.number()),
  /** Waited before this attempt. */
  waitMs: z.number(),
  durationMs: z.number(),
  /** The provider's own count, or an estimate where it gave none; null when nothing is known. */
  usage: z.optional(z.nullable(Usage)),
  /** By the gateway's price table; null when the price is unknown, or nothing was counted. */
  costUsd: z.optional(z.nullable(z.number())),
})
export type GatewayAttempt = z.infer<typeof GatewayAttempt>

export const GatewayReport = z.object({
  requestId: z.string(),
  provider: z.string(),
  /** The model that really answered, as the provider names it. */
  model: z.string(),
  attempts: z.array(GatewayAttempt),
  /** From the request's arrival to the first token read from the provider; null without streaming or without one. */
  ttftMs: z.nullable(z.number()),
  /** From the request's arrival until the end of the answer was read. */
  durationMs: z.number(),
  /** The gateway's own part of it: what was not spent waiting for the provider. */
  overheadMs: z.number(),
  /** By the gateway's price table; null when the price is unknown. */
  costUsd: z.nullable(z.number().check(z.nonnegative())),
  /** The answer came from the gateway's cache: no model was called, and nothing paid. */
  isCached: z.optional(z.boolean()),
})
export type GatewayReport = z.infer<typeof GatewayReport>
