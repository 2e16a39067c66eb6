/**
 * Answers whose provider counts no tokens: the bytes pass unchanged, and the books have an estimate that is marked as
 * one. Budgets are charged by it.
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { GatewayReport } from '@drag-race/contracts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBooks } from './testing/books.ts'
import { delta, done, event, events, finish, role, token } from './testing/chunks.ts'
import { bearer } from './testing/door.ts'
import { dollarCall, tenCents } from './testing/spending.ts'
import { type Answering, json, stream } from './testing/upstream.ts'

const books = useBooks(beforeEach, afterEach)

const text = 'x'.repeat(40)
const choice = (more: object) => ({ choices: [{ index: 0, finish_reason: 'stop', ...more }] })
const called = { function: { name: 'f'.repeat(4), arguments: 'x'.repeat(36) } }
const typed = (data: { type: string }) => `event: ${data.type}\n${event(data)}`
const completed = typed({ type: 'response.completed' })
const messageStop = typed({ type: 'message_stop' })
const said = { type: 'content_block_delta', delta: { text } }
const items = [
  { type: 'message', content: [{ type: 'output_text', text: 'x'.repeat(20) }] },
  { type: 'function_call', name: 'f'.repeat(4), arguments: 'x'.repeat(16) },
]
const others = [
  { type: 'reasoning', summary: [{ type: 'summary_text', text: 'x'.repeat(10) }] },
  { type: 'message', content: [{ type: 'refusal', refusal: 'x'.repeat(10) }] },
  { type: 'custom_tool_call', name: 'f'.repeat(4), input: 'x'.repeat(16) },
]
const blocks = [
  { type: 'thinking', thinking: 'x'.repeat(10), signature: 'no text' },
  { type: 'text', text: 'x'.repeat(10) },
  // Sixteen letters of JSON.
  { type: 'tool_use', name: 'f'.repeat(4), input: { a: { b: 'xx' } } },
]

/** Each answer is ten tokens long: a token in each chunk, or forty letters. */
const answers: [path: string, how: string, sent: string | object][] = [
  ['chat/completions', 'streams', role + token('x').repeat(10) + finish + done],
  [
    'chat/completions',
    'repeats in each chunk what it said so far',
    event({ choices: [{ index: 0, delta: { content: 'x' }, message: { content: text } }] }).repeat(10) +
      finish +
      done,
  ],
  ['chat/completions', 'calls a tool in one chunk', delta({ tool_calls: [called] }) + finish + done],
  [
    'chat/completions',
    'is whole, with an empty delta beside it',
    choice({ message: { content: text }, delta: { role: 'assistant', content: '' } }),
  ],
  ['chat/completions', 'calls a tool', choice({ message: { content: null, tool_calls: [called] } })],
  ['completions', 'streams', event(choice({ text })) + done],
  ['completions', 'is whole', choice({ text })],
  ['responses', 'streams', typed({ type: 'response.output_text.delta', ...{ delta: text } }) + completed],
  [
    'responses',
    'streams a thought',
    typed({ type: 'response.reasoning_text.delta', ...{ delta: text } }) + completed,
  ],
  [
    'responses',
    'streams a sound and its words',
    typed({ type: 'response.audio.delta', ...{ delta: text } }) +
      typed({ type: 'response.audio.transcript.delta', ...{ delta: text } }) +
      completed,
  ],
  [
    'responses',
    'thinks, refuses and calls a tool of its own form',
    { object: 'response', error: null, output: others },
  ],
  ['responses', 'is whole', { object: 'response', error: null, output: items }],
  ['messages', 'streams', typed({ type: 'message_start' }) + typed(said) + messageStop],
  [
    'messages',
    'streams a call',
    typed({ type: 'message_start' }) + typed({ ...said, ...{ delta: { partial_json: text } } }) + messageStop,
  ],
  ['messages', 'is whole', { type: 'message', content: blocks }],
]

test.each(answers)('/v1/%s that %s is estimated and priced', async (path, _how, sent) => {
  const isStream = typeof sent === 'string'
  const { spending, ask } = await start(path, isStream ? stream([sent]) : json(sent))
  const response = await ask({ stream: isStream })
  expect(await response.text()).toBe(isStream ? sent : JSON.stringify(sent))
  // "What is a drag race?" is 20 letters: five tokens, and ten of the answer, at ten cents.
  const tokens = { inputTokens: 5, outputTokens: 10, costUsd: 1.5 }
  expect((await books.usageOf(spending)).total).toMatchObject({
    ...{ ...tokens, calls: 1, errors: 0, unpricedCalls: 0, estimatedCalls: 1 },
  })
  expect(spending.gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', ...tokens, isUsageEstimated: true })
  expect(await spending.gateway.sample('gateway_estimated_usage_total', 'target="m"')).toBe(1)
})

test('embeddings cost their prompt', async () => {
  const { spending, ask } = await start('embeddings', json({ object: 'list', data: [{ embedding: [0.1] }] }))
  await (await ask({ input: text })).text()
  expect((await books.usageOf(spending)).total).toMatchObject({
    ...{ inputTokens: 10, outputTokens: 0, costUsd: 1, unpricedCalls: 0, estimatedCalls: 1 },
  })
})

test('a hard budget is charged', async () => {
  const { ask } = await start('chat/completions', stream([token('x').repeat(10) + finish + done]), {
    budgets: [{ per: 'caller', usd: 1, period: 'day', mode: 'hard' }],
  })
  const first = await ask({ stream: true })
  expect(first.status).toBe(200)
  await first.text()
  const second = await ask({ stream: true })
  expect(second.status).toBe(402)
  expect(await second.json()).toMatchObject({ error: { code: 'budget_exceeded' } })
})

test('a caller that leaves before the connection to the provider is open has spent nothing', async () => {
  const never = createServer()
  never.listen(0, '127.0.0.1')
  await once(never, 'listening')
  const { port } = never.address() as { port: number }
  // It accepts the connection and sends nothing, so the TLS handshake never ends.
  const model = { price: tenCents, params: { baseUrl: `https://127.0.0.1:${port}/v1` } }
  const { spending, ask } = await start('chat/completions', () => {}, { model })
  const leaving = new AbortController()
  const connecting = once(never, 'connection')
  const asked = ask({ stream: true }, {}, leaving.signal).catch(() => null)
  const [socket] = (await connecting) as [Socket]
  leaving.abort()
  await asked
  await expect.poll(() => spending.gateway.logs.at(-1)).toMatchObject({ outcome: 'caller_left', attempts: 1 })
  expect(spending.gateway.logs.at(-1)).toMatchObject({ inputTokens: null, costUsd: null })
  expect((await books.usageOf(spending)).total).toMatchObject({
    ...{ calls: 1, inputTokens: 0, costUsd: 0, unpricedCalls: 0, estimatedCalls: 0 },
  })
  socket.destroy()
  never.close()
})

test('the report marks the estimate as one, and does not invent usage of the provider', async () => {
  const usage = { inputTokens: 5, outputTokens: 10, source: 'tokenizer' }
  for (const [isStream, sent] of [
    [true, token('x').repeat(10) + finish + done],
    [false, JSON.stringify(choice({ message: { content: text } }))],
  ] as const) {
    const { ask } = await start('chat/completions', isStream ? stream([sent]) : json(sent))
    const asking = { stream: isStream, ...(isStream && { stream_options: { include_usage: true } }) }
    const answer = await (await ask(asking, { 'x-gateway-report': '1' })).text()
    const told = (isStream ? events(answer).at(-2) : JSON.parse(answer)) as {
      usage?: unknown
      gateway: GatewayReport
    }
    expect(told.usage ?? null).toBeNull()
    expect(told.gateway).toMatchObject({ costUsd: 1.5, attempts: [{ usage, costUsd: 1.5 }] })
  }
})

async function start(path: string, answer: Answering, more: object = {}) {
  const provider = path === 'messages' ? 'anthropic' : 'custom'
  const variables = { ANTHROPIC_API_KEY: 'key-of-ours' }
  const spending = await books.start({ answer, model: { provider, price: tenCents }, variables, ...more })
  const { messages, ...rest } = dollarCall
  const asked = {
    'chat/completions': { messages },
    completions: { prompt: messages[0]!.content },
    responses: { input: messages[0]!.content },
    messages: { messages },
  }[path]
  return {
    spending,
    ask: (body: object, headers: object = {}, signal: AbortSignal | null = null) =>
      fetch(`${spending.gateway.url}/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer('key-of-a').headers, ...headers },
        body: JSON.stringify({ ...rest, ...asked, ...body }),
        signal,
      }),
  }
}
