/**
 * Thousands of random bodies, sent as callers would: each gets a good answer or a whole error in the form of its
 * endpoint. Nothing crashes, no stack and no secret is told, and all that reaches a provider is JSON with the right
 * model.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashKey } from './admission/api-keys.ts'
import { readMembers } from './dialects/openai/json-members.ts'
import { events } from './testing/chunks.ts'
import { type RunningGateway, startGateway } from './testing/gateway.ts'
import { createPick, mutateText, mutateTree } from './testing/mutate.ts'
import { type Native, nativeAnswers, nativeStreams, variables as nativeVariables } from './testing/native.ts'
import { good } from './testing/two-targets.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from './testing/upstream.ts'

const runs = 7_000
const callersKey = 'sk-planted-of-the-caller-0123456789'
const providersKey = 'sk-planted-of-the-provider-0123456789'
const variables = Object.fromEntries(
  Object.entries(nativeVariables).map(([name, value]) => [
    name,
    name === 'AWS_REGION' ? value : `planted-${value}`,
  ]),
)
const hidden = /planted|\bat .*\.[jt]s:\d|node_modules|\/src\//

let upstream: Upstream
let gateway: RunningGateway

beforeAll(async () => {
  upstream = await startUpstream(answerAsAsked)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: providersKey }
  const at = (path: string) => ({ baseUrl: upstream.url + path })
  const targets = ['claude', 'gemini', 'nova', 'm'].map((model, priority) => ({ model, priority }))
  const when = `metadata.task == 'finance' && request.n > 2`
  gateway = await startGateway(
    {
      models: [
        { name: 'm', provider: 'custom', params: { ...params, model: 'up-m' } },
        { name: 'plain', provider: 'custom', params },
        { name: 'claude', provider: 'anthropic', params: at('/v1') },
        { name: 'gemini', provider: 'gemini', params: at('/v1beta') },
        { name: 'nova', provider: 'bedrock', params: at('') },
      ],
      virtualModels: [
        { name: 'v', routing: { priority: { targets } } },
        {
          name: 'by-task',
          routing: { conditional: { targets: [{ model: 'claude', when }, { model: 'm' }] } },
        },
      ],
      policies: {
        apiKeys: { mode: 'strict', keys: [{ id: 'caller', keyHash: hashKey(callersKey) }] },
        rateLimits: [{ per: ['caller', 'model'], tokensPerMinute: 1e9, requestsPerMinute: 1e6 }],
      },
    },
    { variables, wait: async () => {} },
  )
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** A good answer of the provider that the address belongs to. */
const answerAsAsked: Answering = (response, request) => {
  const name = nativeOf(request.url)
  const { stream: isAsked } = JSON.parse(request.body) as Record<string, unknown>
  const isStream = isAsked === true || /stream/i.test(request.url)
  if (!isStream && /\/(embeddings|responses|count_tokens)$/.test(request.url))
    return json({ data: [], output: [], input_tokens: 7 })(response, request)
  if (!name) return good(response, { ...request, body: JSON.stringify({ stream: isStream }) })
  const { type, begin, rest } = nativeStreams[name]
  const answer = isStream ? stream([begin, rest], { 'content-type': type }) : json(nativeAnswers[name])
  return answer(response, request)
}

function nativeOf(url: string): Native | null {
  if (url.endsWith('/messages')) return 'anthropic'
  if (url.startsWith('/v1beta')) return 'gemini'
  return url.startsWith('/model/') ? 'bedrock' : null
}

const picture = 'data:image/png;base64,iVBORw0KGgo='
const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }
const chat = {
  model: 'm',
  stream: true,
  stream_options: { include_usage: true },
  messages: [
    { role: 'system', content: 'Be short.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this? grüß 你好 😀' },
        { type: 'image_url', image_url: { url: picture, detail: 'low' } },
      ],
      name: 'alice',
    },
    { role: 'assistant', content: null, tool_calls: [call], reasoning_content: 'hm' },
    { role: 'tool', tool_call_id: 'call_1', content: '{"seen":true}' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'integer' } } } },
    },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'x', schema: { type: 'object' }, strict: true },
  },
  temperature: 0.5,
  top_p: 1,
  n: 1,
  stop: ['END'],
  max_completion_tokens: 100,
  reasoning_effort: 'low',
  metadata: { task: 'finance' },
  user: 'u-1',
}
const { messages } = chat
const bodies: [path: string, body: Record<string, unknown>][] = [
  ['chat/completions', chat],
  ['chat/completions', { ...chat, stream: false }],
  ['completions', { model: 'm', prompt: ['a', 'b'], stream: true, max_tokens: 5 }],
  ['embeddings', { model: 'm', input: ['a', [1, 2]], dimensions: 8 }],
  ['responses', { model: 'm', input: messages, stream: true, instructions: 'x', max_output_tokens: 9 }],
  ['messages', { model: 'claude', max_tokens: 9, system: 'x', messages: [{ role: 'user', content: 'a' }] }],
]
const models = ['m', 'plain', 'claude', 'gemini', 'nova', 'v', 'by-task']

interface Sent {
  path: string
  body: Buffer
}

/** One of the bodies, for one of the models, spoiled up to three times as a value and perhaps once as text. */
const sent: fc.Arbitrary<Sent> = fc
  .array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 24, size: 'max' })
  .map((numbers) => {
    const pick = createPick(numbers)
    const isChat = pick(3) > 0
    const [path, base] = bodies[isChat ? pick(2) : pick(bodies.length)]!
    let value: unknown = isChat ? { ...base, model: models[pick(models.length)] } : base
    for (let times = pick(4); times > 0; times--) value = mutateTree(value, pick)
    const text = JSON.stringify(value) ?? ''
    return { path, body: pick(3) === 0 ? mutateText(text, pick) : Buffer.from(text) }
  })

async function send({ path, body }: Sent) {
  const response = await fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${callersKey}` },
    body: Uint8Array.from(body),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

function expectWhole({ status, headers, text }: Awaited<ReturnType<typeof send>>, path: string) {
  if (headers.get('content-type')?.startsWith('text/event-stream')) {
    expect(status).toBe(200)
    const all = events(text)
    expect(
      all.at(-1) === '[DONE]' || /"(error|message_stop|response.completed)"/.test(JSON.stringify(all.at(-1))),
    ).toBe(true)
    return
  }
  const answer = JSON.parse(text) as Record<string, unknown>
  if (status === 200) return
  // The provider always gives a good answer, so any 5xx would be an error of the gateway.
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  const error = { message: expect.stringMatching(/\w/), type: expect.stringMatching(/^\w+$/) }
  expect(answer).toMatchObject(path === 'messages' ? { type: 'error', error } : { error })
}

test(`${runs} bodies: a good answer or a whole error, and no stack and no secret`, async () => {
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(sent, async (each) => {
      upstream.received.length = 0
      gateway.logs.length = 0
      const told = await send(each)
      statuses.set(told.status, (statuses.get(told.status) ?? 0) + 1)
      expectWhole(told, each.path)
      expect(told.text).not.toMatch(hidden)
      expect(JSON.stringify([...told.headers])).not.toMatch(hidden)
      expect(JSON.stringify(gateway.logs)).not.toMatch(hidden)
      for (const { url, body } of upstream.received) {
        JSON.parse(body)
        // If there are several, any of them: readers differ in which one they take.
        const named = readMembers(body).filter(({ key }) => key === 'model')
        if (nativeOf(url) === null)
          for (const { start, end } of named) expect(body.slice(start, end)).toMatch(/^"(up-m|plain)"$/)
      }
    }),
    { numRuns: runs, seed: 7 },
  )
  // Most bodies are valid JSON, and many get a good answer: this does not test the JSON parser alone.
  expect(statuses.get(200)).toBeGreaterThan(runs / 5)
  expect(statuses.get(400)).toBeGreaterThan(runs / 5)
  expect(await gateway.sample('gateway_in_flight_requests')).toBe(0)
  expect(gateway.gateway.targets().map(({ pending }) => pending)).toEqual([0, 0, 0, 0, 0])
}, 120_000)
