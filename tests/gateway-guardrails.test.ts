/**
 * Guardrails and the cache, in real processes: what a provider gets and what a caller reads, how the books count an
 * answer from the cache, and a race, which is never answered from it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { laneStatus } from '@drag-race/contracts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { hashOf } from './support/api-keys.ts'
import { freePort, type RunningProgram, startProgram } from './support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
const key = 'key-of-boss'
const authorization = `Bearer ${key}`
const card = '4111 1111 1111 1111'
/** The bodies that the provider received. */
const received: string[] = []
let provider: Server
let gateway: RunningProgram
let app: RunningProgram

/** The provider sends a card number in pieces, in the middle of its answer. */
beforeAll(async () => {
  provider = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    received.push(body)
    const head = { id: 'c', object: 'chat.completion', created: 1, model: 'm' }
    const usage = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 }
    if (!body.includes('"stream":true')) {
      const message = { role: 'assistant', content: `It is ${card}.` }
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ ...head, choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
      )
      return
    }
    response.setHeader('content-type', 'text/event-stream')
    const send = (delta: object, finish: string | null = null) =>
      response.write(
        `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
      )
    send({ role: 'assistant' })
    for (const content of ['It is ', '4111 11', '11 1111', ' 11', '11.']) send({ content })
    send({}, 'stop')
    response.end(`data: ${JSON.stringify({ ...head, choices: [], usage })}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`
  const price = { inputPerMillion: 1_000, outputPerMillion: 1_000 }
  const config = join(folder, 'gateway.yaml')
  const llm = {
    models: [{ name: 'm', provider: 'custom', params: { baseUrl }, price }],
    policies: {
      apiKeys: { keys: [{ id: 'boss', keyHash: hashOf(key), isAdmin: true }] },
      cache: { mode: 'exact' },
      guardrails: [
        { name: 'cards', on: ['response'], match: { detector: 'card-number' }, action: 'mask' },
        { name: 'keys', on: ['request'], match: { detector: 'api-key' }, action: 'reject' },
      ],
    },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm }))
  gateway = await startProgram('gateway', {
    GATEWAY_CONFIG: config,
    GATEWAY_PORT: '0',
    GATEWAY_METRICS_PORT: '0',
    GATEWAY_DISCOVERY: 'off',
    GATEWAY_BOOKS: join(folder, 'books.db'),
  })
})
beforeEach(() => {
  received.length = 0
})
afterAll(async () => {
  await Promise.all([app?.stop(), gateway?.stop()])
  provider?.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (content: string, more: object = {}) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more }),
  })

/** The text that a client reads from a stream. */
const textOf = (bytes: string) =>
  [...bytes.matchAll(/^data: (\{.*)$/gm)]
    .map(([, data]) => JSON.parse(data!).choices[0]?.delta?.content ?? '')
    .join('')

test('a number that a provider sends in pieces is masked while it streams', async () => {
  const response = await ask('a card?', { stream: true })
  const bytes = await response.text()
  expect(textOf(bytes)).toBe('It is [card-number].')
  expect(bytes).not.toContain('1111')
  expect(bytes).toContain('data: [DONE]')
})

test('a request that holds a key is refused, and the provider gets nothing', async () => {
  const refused = await ask('my key is sk-proj-abcdefghijklmnop12345')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { code: 'guardrail_rejected' } })
  expect(received).toEqual([])
})

interface Usage {
  total: { calls: number; attempts: number; costUsd: number; inputTokens: number }
}
async function usage(): Promise<Usage['total']> {
  const response = await fetch(`${gateway.url}/admin/usage?from=2026-01-01`, { headers: { authorization } })
  return ((await response.json()) as Usage).total
}

test('the same request again is answered from the cache, as it was masked, and costs nothing', async () => {
  const answers: string[] = []
  const told: (string | null)[] = []
  const books: Usage['total'][] = []
  for (let call = 0; call < 2; call++) {
    const response = await ask('the same')
    answers.push(await response.text())
    told.push(response.headers.get('x-gateway-cache'))
    books.push(await usage())
  }
  expect(told).toEqual(['miss', 'hit'])
  expect(answers[1]).toBe(answers[0])
  expect(answers[1]).toContain('It is [card-number].')
  expect(received).toHaveLength(1)
  const [miss, hit] = books
  expect(hit).toEqual({ ...miss, calls: miss!.calls + 1 })
  expect(miss!.costUsd).toBeGreaterThan(0)
})

test('a race is never answered from the cache: both runs reach the provider', async () => {
  app = await startProgram('app', {
    PORT: String(await freePort()),
    DATABASE_URL: `file:${join(folder, 'races.db')}`,
    GATEWAY_URL: gateway.url,
    GATEWAY_API_KEY: key,
    GATEWAY_METRICS_URL: /metrics on (http:\S+)/.exec(gateway.output())![1]!,
  })
  for (let run = 0; run < 2; run++) {
    const state = await race(app.url, {
      prompt: 'Who is quicker?',
      lanes: [
        { model: 'm', stream: true },
        { model: 'm', stream: false },
      ],
    })
    expect(state.lanes.map(laneStatus)).toEqual(['done', 'done'])
  }
  expect(received.filter((body) => body.includes('Who is quicker?'))).toHaveLength(4)
})
