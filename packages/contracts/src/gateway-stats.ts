/** What the app reads from the gateway's own metrics. */
import * as z from 'zod/mini'

/** One provider and model, as the gateway's own metrics count it since the gateway's start. */
export interface GatewayRow {
  provider: string
  model: string
  requests: number
  /**
   * Requests that ended in an error; null when the gateway does not say, missing in rows that are older than this
   * field.
   */
  failed?: number | null
  inputTokens: number
  outputTokens: number
  /**
   * What calls of known price cost; null when the gateway does not say or no call had a known price, missing in rows
   * that are older than this field.
   */
  costUsd?: number | null
  /** Averages over what was counted; null when nothing was. */
  ttftMs: number | null
  timePerOutputTokenMs: number | null
  /** Of successful calls only, where the gateway tells them from the others. */
  durationMs: number | null
}

export type GatewayDialect = 'built-in' | 'agentgateway' | 'litellm' | 'bifrost' | 'vllm' | 'unknown'

/** `GET /api/gateway-stats`; with `?race=<id>` also what was added since that race's start. */
export interface GatewayStats {
  gatewayUrl: string
  metricsUrl: string
  /** It is our own gateway, wherever it runs, by its answer to `GET /`. */
  isBuiltIn: boolean
  readAt: string
  /** Set when the metrics, or some of their lines, could not be read: why, and what to do. */
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
  /** What its routing did with each target; null when the gateway does not say. */
  targets: GatewayTarget[] | null
  /** Those of the owners that have used the largest share, largest first; null when the gateway does not say. */
  budgets: GatewayBudget[] | null
}

export const breakerStates = ['closed', 'half-open', 'open'] as const

/** One target of the gateway's config, since the gateway's start. */
export interface GatewayTarget {
  target: string
  /** The state of its circuit breaker; null for a target that was not called, or is no longer in the config. */
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
  /** null when the gateway does not say. */
  limitUsd: number | null
}

export const GatewayStatsQuery = z.strictObject({ race: z.optional(z.string().check(z.maxLength(100))) })
