/**
 * The counters of all limits: one for each rule and whoever it tells apart. Bounded, so that callers who come under ever
 * new names cannot fill the memory: where there is no room, one that is whole again is as good as a new one and is forgotten.
 * Where none is found, newcomers share one counter for each rule: nobody gets more than the limit by it.
 */
import { type LimitRule, type Subject, toCounterKey } from './limit-rule.ts'
import { type Bucket, createBucket, holds, refill } from './token-bucket.ts'

export interface Counter {
  /** The same limit may stand elsewhere in the next config. */
  rule: LimitRule
  readonly subject: Subject
  /** null where the rule has no such limit. */
  requests: Bucket | null
  tokens: Bucket | null
  running: number
}

export interface Counters {
  /** As it is at `nowMs`. Those that the same call has found already are not forgotten to make room for this one. */
  find(rule: LimitRule, subject: Subject, nowMs: number, found: readonly { counter: Counter }[]): Counter
  /** Forgets those of other rules. Calls that they count still settle with them, and nobody is counted by them again. */
  keep(ruleIds: ReadonlySet<string>): void
  list(): Counter[]
}

/** Looked at for room when a new one comes: a bound on the work, not on the memory. */
const lookedAtMax = 32

export function createCounters(countMax: number): Counters {
  const counters = new Map<string, Counter>()
  const shared = new Map<string, Counter>()

  const hasRoom = (nowMs: number, found: readonly { counter: Counter }[]): boolean => {
    if (counters.size < countMax) return true
    let lookedAt = 0
    for (const [key, counter] of counters) {
      counters.delete(key)
      const isOfThisCall = found.some((each) => each.counter === counter)
      if (!isOfThisCall && isWhole(toNow(counter, nowMs))) return true
      // The next look begins behind it.
      counters.set(key, counter)
      if (++lookedAt === lookedAtMax) return false
    }
    return false
  }

  return {
    find(rule, subject, nowMs, found) {
      const key = toCounterKey(rule, subject)
      const known = counters.get(key)
      if (known) {
        known.rule = rule
        return toNow(known, nowMs)
      }
      const isOwn = hasRoom(nowMs, found)
      const home = isOwn ? counters : shared
      const homeKey = isOwn ? key : rule.id
      const counter = home.get(homeKey) ?? createCounter(rule, isOwn ? subject : others, nowMs)
      home.set(homeKey, counter)
      return toNow(counter, nowMs)
    },
    keep(ruleIds) {
      for (const home of [counters, shared]) {
        for (const [key, { rule }] of home) if (!ruleIds.has(rule.id)) home.delete(key)
      }
    },
    list: () => [...counters.values(), ...shared.values()],
  }
}

/** Who the shared counters stand for. */
const others: Subject = { caller: '(others)', tenant: null, model: '(any)' }

function createCounter(rule: LimitRule, subject: Subject, nowMs: number): Counter {
  return {
    rule,
    subject,
    requests: rule.requests && createBucket(rule.requests, nowMs),
    tokens: rule.tokens && createBucket(rule.tokens, nowMs),
    running: 0,
  }
}

export function toNow(counter: Counter, nowMs: number): Counter {
  const { rule, requests, tokens } = counter
  if (requests && rule.requests) counter.requests = refill(requests, rule.requests, nowMs)
  if (tokens && rule.tokens) counter.tokens = refill(tokens, rule.tokens, nowMs)
  return counter
}

function isWhole({ rule, requests, tokens, running }: Counter): boolean {
  if (running > 0) return false
  if (requests && rule.requests && !holds(requests, rule.requests.burst)) return false
  return !(tokens && rule.tokens && !holds(tokens, rule.tokens.burst))
}
