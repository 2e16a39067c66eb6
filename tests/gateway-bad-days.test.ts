/**
 * A gateway in front of a provider with faults and a healthy second one, as real processes, with streams and without:
 * the caller gets a whole answer or a clear error, never a short success and never a hang, and the metrics account for
 * it. `packages/gateway/src/bad-days.test.ts` tests, with a fake clock, that tokens and cost are exact.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Answering,
  type BadProvider,
  endless,
  good,
  half,
  late,
  malformed,
  refuse,
  reset,
  silent,
  startBadProvider,
} from './support/bad-provider.ts'
import { type Road, startRoad } from './support/programs.ts'

/** What the caller sees of a call: which target answered it whole, or the error. */
interface Told {
  status: number
  attempts: string
  servedBy: 'first' | 'second' | null
  error: string | null
}
const whole = (servedBy: 'first' | 'second', attempts: number): Told => ({
  status: 200,
  attempts: String(attempts),
  servedBy,
  error: null,
})
const failed = (status: number, error: string, attempts: number): Told => ({
  status,
  attempts: String(attempts),
  servedBy: null,
  error,
})
/** An error event in a stream that had begun, and nothing after it. */
const brokenOff = (error: string) => failed(200, error, 1)

interface Day {
  what: string
  answers: Answering[]
  streaming: Told
  unstreamed: Told
  /** Policies of the virtual model. */
  policies?: object
}

const again = { code: null, headers: { 'retry-after': '2' } }
const longPatience = { retry: { maxBackoffMs: 3_000 }, timeouts: { totalMs: 20_000 } }
const days: Record<string, Day> = {
  'once-429': {
    what: '429 with Retry-After 2: the gateway waits, and the first answers',
    answers: [refuse(429, again), good],
    streaming: whole('first', 2),
    unstreamed: whole('first', 2),
    policies: longPatience,
  },
  'always-429': {
    what: '429 on every call: the second, because the wait would be too long',
    answers: [refuse(429, again)],
    streaming: whole('second', 2),
    unstreamed: whole('second', 2),
  },
  'once-500': {
    what: '500 once: the first again',
    answers: [refuse(500), good],
    streaming: whole('first', 2),
    unstreamed: whole('first', 2),
  },
  reset: {
    what: 'connection reset before headers: once more, then the second',
    answers: [reset],
    streaming: whole('second', 3),
    unstreamed: whole('second', 3),
  },
  silent: {
    what: 'accepted, then silence: the second where a first token can be waited for, else a timeout',
    answers: [silent],
    streaming: whole('second', 2),
    unstreamed: failed(504, 'total_timeout', 1),
  },
  late: {
    what: 'first token after the deadline: the second; without streaming that deadline does not apply',
    answers: [late(700)],
    streaming: whole('second', 2),
    unstreamed: whole('first', 1),
  },
  cut: {
    what: 'cut after 20 tokens: an error, or the second where nothing has been sent yet',
    answers: [half((response) => void response.destroy())],
    streaming: brokenOff('stream_cut'),
    unstreamed: whole('second', 3),
  },
  ended: {
    what: 'ended after 20 tokens without a finish reason: the same',
    answers: [half((response) => void response.end())],
    streaming: brokenOff('stream_cut'),
    unstreamed: whole('second', 2),
  },
  stalled: {
    what: 'stalled after 20 tokens: the same at the deadline',
    answers: [half(() => {})],
    streaming: brokenOff('idle_timeout'),
    unstreamed: whole('second', 2),
  },
  malformed: {
    what: 'one malformed event in the middle: an error, or the second where nothing has been sent yet',
    answers: [malformed],
    streaming: brokenOff('malformed_stream'),
    unstreamed: whole('second', 2),
  },
  endless: {
    what: 'a finish reason, then no [DONE] but the end of the connection: whole',
    answers: [endless],
    streaming: whole('first', 1),
    unstreamed: whole('first', 1),
  },
  'too-long': {
    what: 'context length exceeded: passed on, and no other target tried',
    answers: [refuse(400, { code: 'context_length_exceeded' })],
    streaming: failed(400, 'context_length_exceeded', 1),
    unstreamed: failed(400, 'context_length_exceeded', 1),
  },
  filtered: {
    what: 'content filter: passed on, and no other target tried',
    answers: [refuse(400, { code: 'content_filter' })],
    streaming: failed(400, 'content_filter', 1),
    unstreamed: failed(400, 'content_filter', 1),
  },
  keyless: {
    what: '401 for our own key: the second',
    answers: [refuse(401)],
    streaming: whole('second', 2),
    unstreamed: whole('second', 2),
  },
}

const toRows = (all: Record<string, Day>) =>
  Object.entries(all).map(([name, day]): [string, string, Day] => [day.what, name, day])

const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
let provider: BadProvider
let road: Road

beforeAll(async () => {
  provider = await startBadProvider({
    ...Object.fromEntries(Object.entries(days).map(([name, { answers }]) => [name, answers])),
    'a-while': [refuse(503), refuse(503), refuse(503), good],
    flapping: [good, refuse(500), good, reset, good, refuse(503), good],
    failing: [refuse(503)],
    picky: [refuse(400, { code: 'unsupported_parameter' })],
  })
  const config = join(folder, 'gateway.yaml')
  const custom = (name: string, more: object = {}) => ({
    name,
    provider: 'custom',
    params: { baseUrl: `${provider.url}/v1` },
    price: { inputPerMillion: 1, outputPerMillion: 1 },
    ...more,
  })
  const virtual = (first: string, second = 'healthy', more: object = {}) => ({
    name: `via-${first}`,
    routing: {
      priority: {
        targets: [
          { model: first, priority: 1 },
          { model: second, priority: 2 },
        ],
      },
    },
    ...more,
  })
  const models = [
    ...Object.keys(days).map((name) => custom(name)),
    custom('a-while', { circuitBreaker: { consecutiveFailures: 3, cooldownMs: 200 } }),
    ...['flapping', 'failing', 'picky'].map((name) => custom(name)),
    { name: 'healthy', provider: 'simulator', params: { model: 'steady?ttft=20&tps=600&tokens=20' } },
  ]
  const virtualModels = [
    ...Object.entries(days).map(([name, { policies }]) => virtual(name, 'healthy', policies)),
    ...['a-while', 'flapping'].map((name) => virtual(name)),
    virtual('failing', 'picky'),
  ]
  const policies = {
    timeouts: { firstTokenMs: 500, idleMs: 500, totalMs: 2_000 },
    retry: { attempts: 2, initialBackoffMs: 1, maxBackoffMs: 100 },
    circuitBreaker: { consecutiveFailures: 5, cooldownMs: 60_000 },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm: { models, virtualModels, policies } }))
  road = await startRoad({ env: { GATEWAY_CONFIG: config } })
})
afterAll(async () => {
  await road?.stop()
  await provider?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(model: string, isStream: boolean): Promise<Told> {
  const response = await fetch(`${road.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: 'What is a drag race?' }],
      ...(isStream && { stream: true, stream_options: { include_usage: true } }),
    }),
  })
  const text = await response.text()
  const error = /"error":\{.*?"code":"?(\w+)/.exec(text)?.[1] ?? null
  if (error === null) expectWholeAnswer(text, isStream)
  else expect(text).not.toContain('[DONE]')
  const served = response.headers.get('x-gateway-provider') === 'simulator' ? 'second' : 'first'
  return {
    status: response.status,
    attempts: response.headers.get('x-gateway-attempts')!,
    servedBy: error === null ? served : null,
    error,
  }
}

/** All twenty tokens, and an end that says so. */
function expectWholeAnswer(text: string, isStream: boolean) {
  expect(text).toMatch(/"completion_tokens":20\b/)
  expect(text).toMatch(/"finish_reason":"(stop|length)"/)
  if (isStream) expect(text).toMatch(/data: \[DONE\]\n\n$/)
  else JSON.parse(text)
}

describe.each([
  ['streaming', true],
  ['not streaming', false],
] as const)('%s', (_form, isStream) => {
  test.each(toRows(days))('%s', async (_what, name, { streaming, unstreamed }) => {
    expect(await ask(`via-${name}`, isStream)).toEqual(isStream ? streaming : unstreamed)
  })

  test('a second target that refuses what the first accepts: the failure of the first is passed on', async () => {
    expect(await ask('via-failing', isStream)).toMatchObject({ status: 503, attempts: '3', servedBy: null })
  })

  test('a first target that flaps: every call is answered whole', async () => {
    for (let call = 0; call < 4; call++) {
      expect(await ask('via-flapping', isStream)).toMatchObject({ status: 200, error: null })
    }
  })
})

test('503 for a while: no call fails, and the first answers again when it has recovered', async () => {
  const served: (string | null)[] = []
  await expect
    .poll(
      async () => {
        const told = await ask('via-a-while', true)
        expect(told).toMatchObject({ status: 200, error: null })
        served.push(told.servedBy)
        return told.servedBy
      },
      { timeout: 10_000 },
    )
    .toBe('first')
  expect(served.slice(0, -1)).toContain('second')
})

test('failures in a row open the breaker, and the metrics account for all of it', async () => {
  await expect.poll(async () => (await ask('via-reset', true)).attempts).toBe('1')
  const text = await (await fetch(road.gatewayMetricsUrl)).text()
  expect(text).toMatch(/^gateway_breaker_state\{target="reset"\} 2$/m)
  expect(text).toMatch(/^gateway_breaker_state\{target="healthy"\} 0$/m)
  for (const name of ['gateway_retries_total', 'gateway_fallbacks_total']) {
    expect(text).toMatch(new RegExp(`^${name}\\{.*gen_ai_request_model="via-reset"`, 'm'))
  }
  expect(text).toMatch(/^gateway_cost_usd_total\{.*gen_ai_request_model="via-once-500"/m)
})
