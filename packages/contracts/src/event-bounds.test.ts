import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Unnumbered, withinBounds } from './index.ts'
import { checkTape, oneLane } from './testing/check-tape.ts'
import { tapes } from './testing/tapes.ts'

const error = (more: object) =>
  ({
    ...{ type: 'error', at: 1, lane: 0, message: 'no', code: 'c', status: null, retryAfterMs: null },
    ...more,
  }) as Unnumbered
const text = (length: number) => 'x'.repeat(length)
const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) })
const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))

test.each<[string, object, object]>([
  ['a message', { message: text(4_001) }, { message: text(4_000) }],
  ['any other word', { code: text(501) }, { code: text(500) }],
  ['a message further down', { gateway: { message: text(4_001) } }, { gateway: { message: text(4_000) } }],
  ['a word of a list', { gateway: [text(501)] }, { gateway: [text(500)] }],
  ['a message that is a list', { gateway: { message: [text(501)] } }, { gateway: { message: [text(500)] } }],
  ['a list', { gateway: Array(101).fill(1) }, { gateway: Array(100).fill(1) }],
  ['an object', { gateway: entries(101) }, { gateway: entries(100) }],
  ['a long name, with what it names', { gateway: { a: 1, [text(501)]: 2 } }, { gateway: { a: 1 } }],
  [
    'what lies too deep',
    { gateway: deep(8) },
    { gateway: { in: { in: { in: { in: { in: { in: { in: null } } } } } } } },
  ],
  ['a list too deep in lists', { gateway: [[[[[[[[1]]]]]]]] }, { gateway: [[[[[[[null]]]]]]] }],
])('%s is cut', (_what, long, short) => {
  expect(withinBounds(error(long))).toEqual(error(short))
})

test.each([
  { message: text(4_000), code: text(500) },
  { gateway: Array(100).fill(1) },
  { gateway: entries(100) },
  { gateway: { [text(500)]: 1 } },
  { gateway: deep(7) },
])('an event of just the allowed size stays the very same object', (most) => {
  const event = error(most)
  expect(withinBounds(event)).toBe(event)
})

test('of a start only the lanes are cut, and of a token nothing: prompts and answers have limits of their own', () => {
  const lane = { lane: 0, model: 'm', stream: true, provider: text(501), simulated: false }
  const request = { prompt: text(20_000), lanes: [{ model: 'm', stream: true }], finish: 'done' as const }
  const start: Unnumbered = {
    ...{ type: 'race-start', at: 0, raceId: 'r', startedAt: '', request },
    lanes: [lane],
  }
  expect(withinBounds(start)).toEqual({ ...start, lanes: [{ ...lane, provider: text(500) }] })
  const token: Unnumbered = { type: 'token', at: 1, lane: 0, content: text(20_000), kind: 'answer' }
  expect(withinBounds(token)).toBe(token)
})

describe('a very long text of a provider', () => {
  const long = 'x'.repeat(20_000)
  const attempt = { provider: long, model: long, outcome: long, status: 200, waitMs: 0, durationMs: 1 }
  const report = {
    ...{ requestId: long, provider: long, model: long, attempts: Array.from({ length: 300 }, () => attempt) },
    ...{ ttftMs: 1, durationMs: 2, overheadMs: 1, costUsd: null },
  }
  const ends: Unnumbered[] = [
    {
      ...{ type: 'done', at: 1, lane: 0, totalMs: 1, finishReason: long, costUsd: null, gateway: report },
      completionId: long,
      usage: {
        ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null },
        source: 'usage',
      },
    },
    {
      ...{ type: 'error', at: 1, lane: 0, message: long, code: long, status: null, retryAfterMs: null },
      ...{ gateway: report, requestId: long },
    },
  ]

  test.each(ends)('is cut when it is written, and refused in a file: $type', (end) => {
    const toTape = (last: object) =>
      [oneLane, { type: 'lane-start', at: 0, lane: 0 }, last].map((event, seq) =>
        JSON.stringify({ ...event, seq }),
      )
    expect(checkTape(toTape(end))).toMatchObject({ code: 'wrong_event', line: 4 })
    const written = toTape(withinBounds(end))
    expect(checkTape(written)).toMatchObject({ seq: 2 })
    expect(written.join().length).toBeLessThan(200_000)
    expect(withinBounds(withinBounds(end))).toEqual(withinBounds(end))
  })

  test('is not there: the event stays the very same object', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        for (const event of tape) expect(withinBounds(event)).toBe(event)
      }),
    )
  })
})
