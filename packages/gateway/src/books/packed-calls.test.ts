import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttemptRecord } from '../ledger/attempt-record.ts'
import { toPico } from '../ledger/money.ts'
import type { CallRecord } from '../ledger/record.ts'
import type { BookedCall } from './messages.ts'
import { createPacker, unpackCalls } from './packed-calls.ts'

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 9 }), fc.constantFrom('', 'm', '__proto__'))
const count = fc.nat({ max: 2 ** 31 })
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })

const usage = fc.record({
  inputTokens: count,
  outputTokens: count,
  reasoningTokens: orNull(count),
  cachedTokens: orNull(count),
  cacheWriteTokens: orNull(count),
  source: fc.constantFrom('usage', 'tokenizer'),
})
const attempt = fc.record({
  target: text,
  provider: text,
  responseModel: text,
  outcome: text,
  status: orNull(fc.integer({ min: 100, max: 599 })),
  usage: orNull(usage),
  costUsd: orNull(fc.double({ min: 0, max: 1_000, noNaN: true })),
})
const record = fc.record({
  requestId: text,
  arrivedAtMs: fc.integer({ min: 0, max: 4e12 }),
  identity: fc.record({ id: text, tenant: orNull(text) }),
  tags: fc.dictionary(text, text, { maxKeys: 3 }),
  requestModel: orNull(text),
  operation: text,
  outcome: fc.oneof(
    fc.constantFrom({ kind: 'ok' }, { kind: 'caller_left' }),
    fc.record({ kind: fc.constant('failed'), code: text, status: fc.constant(500) }),
  ),
  status: fc.integer({ min: 0, max: 599 }),
  isStream: fc.boolean(),
  durationMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
  hold: orNull(fc.record({ isSent: fc.boolean() })),
  attempts: fc.array(attempt, { maxLength: 40 }),
})
const records = fc.array(record, { maxLength: 30 }) as unknown as fc.Arbitrary<CallRecord[]>

/** What the packed call must become, computed without packing. */
function toBooked(call: CallRecord): BookedCall {
  const { outcome } = call
  const { id, tenant } = call.identity!
  return {
    requestId: call.requestId,
    atMs: call.arrivedAtMs,
    caller: id,
    tenant,
    tags: call.tags,
    model: call.requestModel,
    operation: call.operation,
    outcome: outcome.kind === 'failed' ? outcome.code : outcome.kind,
    status: call.status,
    isStream: call.isStream,
    durationMs: call.durationMs,
    isHeld: call.hold?.isSent === true,
    attempts: call.attempts.map(toBookedAttempt),
  }
}

function toBookedAttempt({ usage, costUsd, ...attempt }: AttemptRecord): BookedCall['attempts'][number] {
  return {
    target: attempt.target,
    provider: attempt.provider,
    model: attempt.responseModel,
    outcome: attempt.outcome,
    status: attempt.status,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    reasoningTokens: usage?.reasoningTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    cacheWriteTokens: usage?.cacheWriteTokens ?? null,
    costPico: costUsd === null ? null : toPico(costUsd),
    isUnpriced: costUsd === null && usage !== null,
    isEstimated: usage?.source === 'tokenizer',
  }
}

test('calls are unpacked in the other thread as they were packed, pack after pack', () => {
  const packer = createPacker()
  fc.assert(
    fc.property(records, (calls) => {
      for (const call of calls) packer.add(call)
      expect(packer.count).toBe(calls.length)
      const packed = structuredClone(packer.take())
      expect(packer.count).toBe(0)
      expect(packed.count).toBe(calls.length)
      expect(unpackCalls(packed)).toEqual(calls.map(toBooked))
    }),
  )
})

test('a text that many calls share is sent once', () => {
  const packer = createPacker()
  const [call] = fc.sample(record, { numRuns: 1, seed: 1 }) as unknown as [CallRecord]
  for (let index = 0; index < 500; index++) packer.add({ ...call, requestId: `req_${index}` })
  const { texts } = packer.take()
  expect(new Set(texts).size).toBe(texts.length)
})

test('a pack that waits for the thread stays as it was while further calls are packed', () => {
  const packer = createPacker()
  const [some, second] = fc.sample(record, { numRuns: 2, seed: 1 }) as unknown as [CallRecord, CallRecord]
  const first = { ...some, requestId: 'req_first' }
  packer.add(first)
  const waiting = packer.take()
  packer.add(second)
  expect(unpackCalls(waiting)).toEqual([toBooked(first)])
  expect(packer.take().texts).not.toContain(first.requestId)
})
