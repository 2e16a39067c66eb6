/** What the gateway's own metrics tell. */
import * as z from 'zod/mini'

/** One provider and model, as the gateway's own metrics count it since the gateway's start. */
export interface GatewayRow {
  provider: string
  model: string
  requests: number
  /**
   * Of them, those that ended in an error; null when the gateway does not tell, missing in what was kept before there
   * was this.
   */
  failed?: number | null
  inputTokens: number
  outputTokens: number
  /**
   * What calls of known price cost; null when the gateway does not tell or none had one, missing in what was kept
   * before there was this.
   */
  costUsd?: number | null
  /** Averages over what was counted; null when nothing was. */
  ttftMs: number | null
  timePerOutputTokenMs: number | null
  /** Of good calls alone, unless the gateway does not tell them from the others. */
  durationMs: number | null
}

export type GatewayDialect = 'built-in' | 'agentgateway' | 'litellm' | 'bifrost' | 'vllm' | 'unknown'

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
