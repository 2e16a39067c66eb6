/**
 * What the gateway and the thread of its books say to each other. Every question has one answer, in order; that of a backup comes
 * when it is done, and those behind it do not wait.
 */
import type { BooksCopy } from './copy-books.ts'
import type { PackedCalls } from './packed-calls.ts'
import type { Count, Spent, Who } from './spending.ts'
import type { UsageAnswer, UsageQuery } from './usage-query.ts'

/** A call that is over. Money in pico-dollars. */
export interface BookedCall extends Who {
  requestId: string
  /** When it arrived, on the wall clock. */
  atMs: number
  /** As the caller named it; null when it named none that there is. */
  model: string | null
  operation: string
  /** `ok`, `caller_left`, `caller_too_slow`, `interrupted`, or the code of what went wrong. */
  outcome: string
  /** As answered; 499 when the caller had left or read too slowly, 0 when nobody knows. */
  status: number
  isStream: boolean
  durationMs: number
  attempts: BookedAttempt[]
  /** A hold of it may stand in the books, and ends now. */
  isHeld: boolean
}

export interface BookedAttempt {
  /** The model's name in the config. */
  target: string
  provider: string
  /** That really answered. */
  model: string
  outcome: string
  status: number | null
  inputTokens: number | null
  outputTokens: number | null
  reasoningTokens: number | null
  cachedTokens: number | null
  cacheWriteTokens: number | null
  costPico: number | null
  /** It cost something, and nobody knows how much. */
  isUnpriced: boolean
  /** Its tokens are an estimate. */
  isEstimated: boolean
}

/** A call that runs under a hard budget: what it may cost stands in the books before it is over, for the case of a crash. */
export interface Hold extends Who {
  requestId: string
  atMs: number
  model: string
  target: string
  provider: string
  operation: string
  costPico: number
}

/** Of calls that are over: what is older, or more, is forgotten. */
export interface Kept {
  keepDays: number
  callsMax: number
}

export interface Questions {
  write: { ask: { calls: PackedCalls[]; holds: Hold[]; kept: Kept; nowMs: number }; answer: null }
  /** Counts these from now on, and no others; answers what was spent in the current period of each. */
  watch: { ask: { counts: Count[]; nowMs: number }; answer: Spent[] }
  usage: { ask: { query: UsageQuery }; answer: UsageAnswer }
  backup: { ask: { nowMs: number }; answer: BooksCopy }
  /** A backup that is being made is given up. */
  close: { ask: object; answer: null }
}

export type Kind = keyof Questions

export type ToThread = { [K in Kind]: { id: number; kind: K } & Questions[K]['ask'] }[Kind]

export type FromThread = { id: number; answer: unknown } | { id: number; error: string }

/** Rejects when it could not be done; nothing of it has been done then. */
export type Ask = <K extends Kind>(kind: K, ask: Questions[K]['ask']) => Promise<Questions[K]['answer']>
