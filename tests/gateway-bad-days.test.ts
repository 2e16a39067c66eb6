/**
 * A gateway in front of a provider on its bad days and a healthy second one, as real processes: the caller gets a whole
 * answer or a clear error, never a short success, and the metrics account for it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Road, startRoad } from './support/programs.ts'

const healthy = 'steady?ttft=20&tps=600&tokens=30'
const bad = ['fail-429', 'fail-401', 'fail-500', 'silent', 'cut', 'stall', 'malformed']
const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
let road: Road

beforeAll(async () => {
  const config = join(folder, 'gateway.yaml')
  const model = (name: string, profile: string) => ({
    name,
    provider: 'simulator',
    params: { model: profile },
    price: { inputPerMillion: 1, outputPerMillion: 1 },
  })
  const virtual = (name: string) => ({
    name: `via-${name}`,
    routing: {
      priority: {
        targets: [
          { model: name, priority: 1 },
          { model: 'healthy', priority: 2 },
        ],
      },
    },
  })
  const policies = {
    timeouts: { firstTokenMs: 500, idleMs: 500, totalMs: 2_000 },
    retry: { attempts: 2, initialBackoffMs: 1, maxBackoffMs: 100 },
    circuitBreaker: { consecutiveFailures: 5, cooldownMs: 60_000 },
  }
  const models = [
    ...bad.map((name) => model(name, `${name}?ttft=20&tps=600&tokens=30`)),
    model('healthy', healthy),
  ]
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm: { models, virtualModels: bad.map(virtual), policies } }))
  road = await startRoad({ env: { GATEWAY_CONFIG: config } })
})
afterAll(async () => {
  await road?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(model: string, isStream: boolean) {
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
  return {
    status: response.status,
    attempts: response.headers.get('x-gateway-attempts'),
    served: response.headers.get('x-gateway-model'),
    text,
    tokens: Number(/"completion_tokens":(\d+)/.exec(text)?.[1] ?? Number.NaN),
    isDone: text.includes('data: [DONE]'),
    error: /"error":\{.*?"code":"?(\w+)/.exec(text)?.[1] ?? null,
  }
}

describe.each([
  ['streaming', true],
  ['not streaming', false],
] as const)('%s', (_form, isStream) => {
  test.each([
    ['fail-429', '2'],
    ['fail-401', '2'],
    ['fail-500', '3'],
  ])('%s: the second target answers whole', async (profile, attempts) => {
    const told = await ask(`via-${profile}`, isStream)
    expect(told).toMatchObject({ status: 200, attempts, tokens: 30, error: null, isDone: isStream })
  })

  test('silent: the second target where a first token can be waited for, else a timeout', async () => {
    const told = await ask('via-silent', isStream)
    if (isStream) expect(told).toMatchObject({ status: 200, attempts: '2', tokens: 30, isDone: true })
    else expect(told).toMatchObject({ status: 504, attempts: '1', error: 'total_timeout' })
  })

  test('cut after 20 tokens: an error and no [DONE], or, where nothing was promised yet, the second target', async () => {
    const told = await ask('via-cut', isStream)
    if (isStream)
      expect(told).toMatchObject({ status: 200, attempts: '1', error: 'stream_cut', isDone: false })
    else expect(told).toMatchObject({ status: 200, attempts: '3', error: null, tokens: 30 })
  })

  test('stalled after 20 tokens: an error at the deadline, never a short success', async () => {
    const told = await ask('via-stall', isStream)
    if (isStream)
      expect(told).toMatchObject({ status: 200, attempts: '1', error: 'idle_timeout', isDone: false })
    else expect(told).toMatchObject({ status: 504, attempts: '1', error: 'total_timeout' })
  })
})

test('one malformed chunk in the middle passes, and the answer is whole', async () => {
  const told = await ask('via-malformed', true)
  expect(told).toMatchObject({ status: 200, attempts: '1', error: null, isDone: true })
})

test('the fifth failure in a row opens the breaker, and the metrics account for all of it', async () => {
  for (const calls of [1, 2, 3]) {
    const told = await ask('via-fail-500', true)
    expect(told.status, String(calls)).toBe(200)
  }
  expect((await ask('via-fail-500', true)).attempts).toBe('1')
  const text = await (await fetch(road.gatewayMetricsUrl)).text()
  expect(text).toMatch(/^gateway_breaker_state\{target="fail-500"\} 2$/m)
  expect(text).toMatch(/^gateway_breaker_state\{target="healthy"\} 0$/m)
  for (const name of ['gateway_retries_total', 'gateway_fallbacks_total', 'gateway_cost_usd_total']) {
    expect(text).toMatch(new RegExp(`^${name}\\{.*gen_ai_request_model="via-fail-500"`, 'm'))
  }
})
