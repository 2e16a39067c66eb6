/**
 * The counters of all limits: one for each rule and each caller, tenant or model that the rule tells apart. Their
 * number is bounded, so that callers who use new names again and again cannot fill the memory. When it is reached, a
 * counter that is full again makes room, because a new one would be the same. If there is none, all newcomers share one
 * counter for each rule, so nobody gets more than the limit.
 */
import { type LimitRule, type Subject, toCounterKey } from './limit-rule.ts'
import { type Bucket, createBucket, holds, refill } from './token-bucket.ts'

export interface Counter {
  /** Replaced after a reload: the same limit can have another name in the new config. */
  rule: LimitRule
  readonly subject: Subject
  /** null where the rule has no such limit. */
  requests: Bucket | null
  tokens: Bucket | null
  running: number
}

export interface Counters {
  /**
   * The counter as of `nowMs`, made if there is none. To make room for it, none of `found` is forgotten: these are the
   * counters that the same call has found before.
   */
  find(rule: LimitRule, subject: Subject, nowMs: number, found: readonly { counter: Counter }[]): Counter
  /** Forgets the counters of all other rules. Calls that run still settle with them; no new call is counted by them. */
  keep(ruleIds: ReadonlySet<string>): void
  list(): Counter[]
}

/** How many counters are looked at to find room for a new one. It bounds the work for a call, not the memory. */
const lookedAtMax = 32

export function createCounters(countMax: number): Counters {
  const counters = new Map<string, Counter>()
  const shared = new Map<string, Counter>()

  const hasRoom = (nowMs: number, found: readonly { counter: Counter }[]): boolean => {
    if (counters.size < countMax) return true
    let lookedAt = 0
    for (const [key, counter] of counters) {
      if (lookedAt++ === lookedAtMax) break
      counters.delete(key)
      const isOfThisCall = found.some((each) => each.counter === counter)
      if (!isOfThisCall && isWhole(toNow(counter, nowMs))) return true
      // Moved to the end of the Map, so that the next search begins behind it.
      counters.set(key, counter)
    }
    return false
  }

  return {
    find(rule, subject, nowMs, found) {
      const key = toCounterKey(rule, subject)
      let counter = counters.get(key)
      if (!counter) {
        const isOwn = hasRoom(nowMs, found)
        const home = isOwn ? counters : shared
        const homeKey = isOwn ? key : rule.id
        counter = home.get(homeKey) ?? createCounter(rule, isOwn ? subject : others, nowMs)
        home.set(homeKey, counter)
      }
      counter.rule = rule
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

/** The subject of the shared counters. */
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
  if (counter.requests) counter.requests = refill(counter.requests, nowMs)
  if (counter.tokens) counter.tokens = refill(counter.tokens, nowMs)
  return counter
}

function isWhole({ requests, tokens, running }: Counter): boolean {
  return running === 0 && isFull(requests) && isFull(tokens)
}

function isFull(bucket: Bucket | null): boolean {
  return bucket === null || holds(bucket, bucket.size.burst)
}
