import type { LaneState } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { toSlipRows } from './slip-rows.ts'

const times = Array.from({ length: 60 }, (_, index) => 182 + index * 10)
const streamed = fold(makeTape({ lanes: [{ model: 'm', tokensAt: times, end: 'done' }] })).lanes[0]!
const rows = (lane: LaneState, marginMs: number | null = 0.9) =>
  Object.fromEntries(toSlipRows(lane, marginMs, null).map(({ name, value }) => [name, value]))

/** The same lane, with other values in its `done` event. */
function done(part: object, lane: LaneState = streamed): LaneState {
  if (lane.outcome?.kind !== 'done') throw new Error('not done')
  return { ...lane, outcome: { kind: 'done', event: { ...lane.outcome.event, ...part } } }
}

const report = { requestId: 'r', durationMs: 900, overheadMs: 0.2, costUsd: null, ttftMs: 181, attempts: [] }
const usage = {
  inputTokens: 24,
  outputTokens: 641,
  reasoningTokens: null,
  cachedTokens: null,
  source: 'usage',
}

test('prints the figures of a lane that streamed, times and speeds with their ±', () => {
  expect(rows(streamed)).toEqual({
    TTFT: '182 ms ±\u00a00.9',
    'first 50 tok': '≈0.672 s',
    'half way': '≈0.472 s',
    'longest wait': '10.0 ms ±\u00a01.8',
    decode: '100.0 tok/s ±\u00a00.3',
    'end to end': '77.7 tok/s ±\u00a00.1',
    tokens: '60 out, 3 in',
    'counted by': 'its usage',
    chunks: '60, 1.0 tok each',
    cost: 'price unknown',
  })
  expect(rows(streamed, null)).toMatchObject({ TTFT: '182 ms', 'longest wait': '10.0 ms' })
})

test('a lane that did not stream has no first token, and is not given one', () => {
  const tape = makeTape({
    lanes: [{ model: 'm', stream: false, tokensAt: [900], tokensEach: 60, end: 'done' }],
  })
  expect(Object.keys(rows(fold(tape).lanes[0]!))).toEqual(['end to end', 'tokens', 'counted by', 'cost'])
  const reasoned = fold(
    makeTape({ lanes: [{ model: 'm', stream: false, tokensAt: [900, 900], end: 'done' }] }),
  )
  expect(Object.keys(rows(reasoned.lanes[0]!))).toEqual(['end to end', 'tokens', 'counted by', 'cost'])
})

test('a burst is too short for a speed, and the margin hardly limits that of a long stream', () => {
  const burst = (tokensAt: number[]) =>
    fold(makeTape({ lanes: [{ model: 'm', tokensAt, end: 'done', endAt: 200 }] })).lanes[0]!
  expect(rows(burst([182, 182.01, 182.02]), 4.6)).toMatchObject({
    decode: 'too short to time',
    'end to end': '15.0 tok/s ±\u00a00.3',
  })
  expect(rows(burst([182, 182, 182]), 4.6).decode).toBe('too short to time')
  const uncounted = done({ usage: { ...usage, source: 'tokenizer' } }, burst([182, 182, 182]))
  expect(rows(uncounted).decode).toBe('too short to time')
  expect(Object.keys(rows(burst([182])))).not.toContain('chunks')
  // One arrival has no speed, nor has one token, however many arrivals it came in.
  const oneToken = done({ usage: { ...usage, outputTokens: 1 } }, burst([182, 191.3]))
  for (const slip of [burst([182]), oneToken]) expect(Object.keys(rows(slip))).not.toContain('decode')
  expect(rows(burst([182, 191.2]), 4.6).decode).toBe('too short to time')
  expect(rows(burst([182, 191.3]), 4.6).decode).toBe('107.5 tok/s ±\u00a0106')
  expect(rows(streamed, 0.05)).toMatchObject({ decode: '100.0 tok/s', 'end to end': '77.7 tok/s' })
  expect(rows(streamed, null)).toMatchObject({ decode: '100.0 tok/s', 'end to end': '77.7 tok/s' })
})

test('tokens per chunk have commas between thousands', () => {
  const many = { ...usage, outputTokens: 74_040 }
  expect(rows(done({ usage: many })).chunks).toBe('60, 1,234 tok each')
})

test('marks what a tokenizer counted', () => {
  const counted = done({ usage: { ...usage, source: 'tokenizer' } })
  expect(rows(counted)).toMatchObject({ tokens: '≈641 out, ≈24 in', 'counted by': 'our tokenizer, ≈' })
  expect(rows(counted).decode).toMatch(/^≈/)
  expect(rows(done({ usage: { ...usage, source: 'tokenizer' }, costUsd: 0.5 })).cost).toBe('≈$0.5000')
})

test('shows our count beside a usage that is more than double or less than half of it, but not for a few words', () => {
  const countedBy = (outputTokens: number, part: object = {}, lane = streamed) =>
    rows(done({ usage: { ...usage, outputTokens, ...part } }, lane))['counted by']
  // 60 by our tokenizer.
  expect(countedBy(600)).toBe('its usage; we count ≈60')
  expect(countedBy(6)).toBe('its usage; we count ≈60')
  expect([countedBy(120), countedBy(30)]).toEqual(['its usage', 'its usage'])
  expect(countedBy(641, { reasoningTokens: 581 })).toBe('its usage')
  const word = fold(makeTape({ lanes: [{ model: 'm', tokensAt: [10], end: 'done' }] })).lanes[0]!
  expect(countedBy(12, {}, word)).toBe('its usage')
})

test('says by whose count a token is the fiftieth where the two counts are more than a fifth apart', () => {
  const first50 = (outputTokens: number, part: object = {}) =>
    rows(done({ usage: { ...usage, outputTokens, ...part } }))['first 50 tok']
  // Sixty by our count.
  expect([first50(50), first50(75)]).toEqual(['≈0.672 s', '≈0.672 s'])
  expect([first50(49), first50(76)]).toEqual(Array(2).fill('≈0.672 s by our count, 60 in all'))
  // Reasoning that never came as text is in neither count.
  expect(first50(660, { reasoningTokens: 600 })).toBe('≈0.672 s')
  expect(first50(30, { source: 'tokenizer' })).toBe('≈0.672 s')
})

test('does not call the price alone unknown where the gateway may have had no usage', () => {
  const estimated = { ...usage, source: 'tokenizer' }
  expect(rows(done({ usage: estimated, gateway: report })).cost).toBe('usage or price unknown')
  expect(rows(done({ usage, gateway: report })).cost).toBe('price unknown')
  expect(rows(done({ usage: estimated })).cost).toBe('price unknown')
})

test('names reasoning that was billed and never shown', () => {
  expect(rows(done({ usage: { ...usage, reasoningTokens: 512 } }))['reasoning, hidden']).toBe('512 tok')
  const shown = { ...streamed, reasoning: 'so', reasoningTokens: 400 }
  const inPart = rows(done({ usage: { ...usage, reasoningTokens: 600 } }, { ...shown, reasoningTokens: 10 }))
  expect(inPart['reasoning, partly hidden']).toBe('600 tok, ≈10 came')
  // 641 − 600 + 10, in 0.59 s; the whole output is the provider's own count.
  expect(inPart).toMatchObject({
    decode: '≈84.7 tok/s ±\u00a00.3',
    'end to end': '830.3 tok/s ±\u00a01.0',
    tokens: '641 out, 24 in',
    chunks: '60, ≈0.8 tok each',
  })
  expect(rows(done({ usage: { ...usage, reasoningTokens: 512 } }, shown)).reasoning).toBe('512 tok')
})

test('has the first answer of a lane that reasoned, and cached tokens, where there are any', () => {
  const reasoned = { ...streamed, reasoning: 'so' }
  expect(rows(reasoned)['first answer']).toBe('0.182 s ±\u00a00.9\u00a0ms')
  expect(rows(reasoned, null)['first answer']).toBe('0.182 s')
  for (const part of [{ firstAnswerMark: null }, { stream: false }]) {
    expect(Object.keys(rows({ ...reasoned, ...part }))).not.toContain('first answer')
  }
  expect(rows(done({ usage: { ...usage, cachedTokens: 12 } })).cached).toBe('12 in')
  const none = Object.keys(rows(done({ usage: { ...usage, cachedTokens: 0, reasoningTokens: 0 } })))
  expect(none.filter((name) => /cached|reasoning|first answer/.test(name))).toEqual([])
})

test('names another model, another provider, and every attempt', () => {
  const attempts = ['429', 'ok'].map((outcome) => ({ outcome, waitMs: 0 }))
  const gateway = { ...report, model: 'other', provider: 'elsewhere', attempts }
  expect(rows(done({ gateway }))).toMatchObject({
    'gateway TTFT': '181 ms',
    attempts: ['429', 'ok'],
    'served by': 'other, elsewhere',
  })
  const same = { ...report, model: 'm', provider: 'acme', attempts: attempts.slice(1) }
  expect(Object.keys(rows(done({ gateway: same })))).not.toContain('served by')
  expect(Object.keys(rows(done({ gateway: same })))).not.toContain('attempts')
  expect(Object.keys(rows(done({ gateway: { ...same, ttftMs: null } })))).not.toContain('gateway TTFT')
})

test('names the target of an attempt, and what a failed one cost, where the gateway reports them', () => {
  const attempts = [
    { target: 'fast', outcome: 'stream_cut', costUsd: 0.00004, waitMs: 0 },
    { target: 'fast', outcome: 'http_429', costUsd: null, waitMs: 0 },
    { target: 'sure', outcome: 'ok', costUsd: 0.5, waitMs: 0 },
  ]
  const gateway = { ...report, model: 'm', provider: 'acme', attempts }
  expect(rows(done({ gateway })).attempts).toEqual(['fast stream_cut ($0.00004)', 'fast http_429', 'sure ok'])
})

test('names the target that served a virtual model, also when model and provider are those of another target', () => {
  const gateway = { ...report, model: 'llama', provider: 'acme' }
  const served = (target: string) =>
    rows(done({ gateway: { ...gateway, attempts: [{ target, outcome: 'ok', waitMs: 0 }] } }))['served by']
  expect(served('site-a')).toBe('site-a (llama, acme)')
  expect(served('m')).toBe('llama')
})

test('a wait before an attempt is listed before it, because it made the first token late', () => {
  const attempts = [
    { target: 'fast', outcome: 'http_503', waitMs: 0 },
    { target: 'fast', outcome: 'http_503', waitMs: 212.4 },
    { target: 'sure', outcome: 'ok', waitMs: 40 },
  ]
  expect(rows(done({ gateway: { ...report, model: 'm', provider: 'acme', attempts } })).attempts).toEqual([
    'fast http_503',
    'waited 0.21 s',
    'fast http_503',
    'waited 40.0 ms',
    'sure ok',
  ])
})

test('says why an answer ended when it was not the model’s own end', () => {
  expect(rows(done({ finishReason: 'length' }))['ended by']).toBe('length')
  expect(rows(done({ costUsd: 0.00051 })).cost).toBe('$0.00051')
})

test('says what a lane was asked with, and nothing where that was the prompt alone', () => {
  const asked = { model: 'm', tokensAt: times, end: 'done' as const }
  const { lanes, request } = fold(
    makeTape({
      lanes: [
        { ...asked, params: { maxTokens: 60, temperature: 0.2 }, system: 'Be brief.' },
        asked,
        { ...asked, sentinel: true },
      ],
    }),
  )
  const said = lanes.map(
    (lane) => toSlipRows(lane, null, request).find(({ name }) => name === 'asked with')?.value,
  )
  expect(said).toEqual([['max tokens 60', 'temperature 0.2', 'own system prompt'], undefined, undefined])
})

test('a lane that somebody stopped does not read like the finish reason `stop` of a whole answer', () => {
  const stopped = fold(makeTape({ lanes: [{ model: 'm', tokensAt: [10, 20], end: 'stopped', endAt: 30 }] }))
  expect(rows(stopped.lanes[0]!)['ended by']).toBe('being stopped')
})
