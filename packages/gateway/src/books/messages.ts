/**
 * The messages between the gateway and the thread of its books. Every question has one answer, in the same order. Only
 * the answer to a backup comes when the backup is done, and later questions do not wait for it.
 */
import type { BooksCopy } from './copy-books.ts'
import type { PackedCalls } from './packed-calls.ts'
import type { Count, Spent, Who } from './spending.ts'
import type { UsageAnswer, UsageQuery } from './usage-query.ts'

/** A call that has ended. Money in pico-dollars. */
export interface BookedCall extends Who {
  requestId: string
  /** When it arrived, on the wall clock. */
  atMs: number
  /** As the caller named it; null when it named none that exists. */
  model: string | null
  operation: string
  /** `ok`, `caller_left`, `caller_too_slow`, `interrupted`, or the code of what went wrong. */
  outcome: string
  /** The status of the answer; 499 when the caller had left or read too slowly, 0 when it is not known. */
  status: number
  isStream: boolean
  durationMs: number
  attempts: BookedAttempt[]
  /** The books may contain a hold of this call, which ends with this record. */
  isHeld: boolean
}

export interface BookedAttempt {
  /** The model's name in the config. */
  target: string
  provider: string
  /** The model that answered, as its provider names it. */
  model: string
  outcome: string
  status: number | null
  inputTokens: number | null
  outputTokens: number | null
  reasoningTokens: number | null
  cachedTokens: number | null
  cacheWriteTokens: number | null
  costPico: number | null
  /** It cost something, but its price is not known. */
  isUnpriced: boolean
  /** Its tokens are an estimate. */
  isEstimated: boolean
}

/** A call under a hard budget that is still running. Its possible cost is written down now, in case of a crash. */
export interface Hold extends Who {
  requestId: string
  atMs: number
  model: string
  target: string
  provider: string
  operation: string
  costPico: number
}

/** How many calls the books keep: older or further ones are deleted. */
export interface Kept {
  keepDays: number
  callsMax: number
}

export interface Questions {
  write: { ask: { calls: PackedCalls[]; holds: Hold[]; kept: Kept; nowMs: number }; answer: null }
  /** Keeps these counts from now on, and no others; answers what was spent in the period of each now, and later ones. */
  watch: { ask: { counts: Count[]; nowMs: number }; answer: Spent[] }
  usage: { ask: { query: UsageQuery }; answer: UsageAnswer }
  backup: { ask: { nowMs: number }; answer: BooksCopy }
  /** Gives up a backup that is being made. */
  close: { ask: object; answer: null }
}

export type Kind = keyof Questions

export type ToThread = { [K in Kind]: { id: number; kind: K } & Questions[K]['ask'] }[Kind]

export type FromThread = { id: number; answer: unknown } | { id: number; error: string }

/** Rejects when the question could not be answered; then no part of it has been done. */
export type Ask = <K extends Kind>(kind: K, ask: Questions[K]['ask']) => Promise<Questions[K]['answer']>
