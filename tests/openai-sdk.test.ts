/** The official client pointed straight at the gateway: what works with OpenAI works here. */
import OpenAI, { APIError, AuthenticationError, NotFoundError, RateLimitError } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Road, startRoad } from './support/programs.ts'
import {
  hasTranscripts,
  modelName,
  startTranscriptUpstream,
  transcriptModels,
} from './support/transcripts.ts'

const upstream = hasTranscripts ? await startTranscriptUpstream() : null
let road: Road
let client: OpenAI
const messages = [{ role: 'user' as const, content: 'Explain the TCP three-way handshake.' }]

beforeAll(async () => {
  road = await startRoad({ models: upstream ? transcriptModels(upstream.url) : [] })
  client = new OpenAI({ baseURL: `${road.gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  await road?.stop()
  await upstream?.close()
})

test('lists the models', async () => {
  const ids = []
  for await (const model of client.models.list()) ids.push(model.id)
  expect(ids).toContain('sim-sprint')
})

test('streams an answer to its end, with usage when asked', async () => {
  const stream = await client.chat.completions.create({
    model: 'sim-quick',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  let answer = ''
  let finishReason: string | null = null
  let usage: OpenAI.CompletionUsage | null | undefined
  for await (const chunk of stream) {
    answer += chunk.choices[0]?.delta.content ?? ''
    finishReason = chunk.choices[0]?.finish_reason ?? finishReason
    usage = chunk.usage ?? usage
  }
  expect(answer.length).toBeGreaterThan(50)
  expect(finishReason).toMatch(/stop|length/)
  expect(usage?.completion_tokens).toBe(60)
})

test('gives the same answer whole', async () => {
  const body = await client.chat.completions.create({ model: 'sim-quick', messages })
  const stream = await client.chat.completions.create({ model: 'sim-quick', messages, stream: true })
  let answer = ''
  for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? ''
  expect(body.choices[0]?.message.content).toBe(answer)
  expect(body.usage?.completion_tokens).toBe(60)
})

test.skipIf(!hasTranscripts)('assembles a tool call that came in sixty fragments', async () => {
  const runner = client.chat.completions.stream({
    model: modelName('stream/openai-gpt-4o-tool-call-60-fragments-usage.sse', 'recorded'),
    messages,
  })
  const { choices } = await runner.finalChatCompletion()
  const [call] = choices[0]!.message.tool_calls!
  if (call?.type !== 'function') throw new Error('no function call')
  expect(choices[0]!.finish_reason).toBe('tool_calls')
  expect(Object.keys(JSON.parse(call.function.arguments)).length).toBeGreaterThan(0)
})

test.each([
  ['sim-429', RateLimitError, 429],
  ['sim-401', AuthenticationError, 401],
  ['sim-500', APIError, 500],
  ['no-such-model', NotFoundError, 404],
])('throws the error class of the status: %s', async (model, errorClass, status) => {
  const error = await client.chat.completions
    .create({ model, messages, stream: true })
    .catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ status })
})

test('passes on when to try again', async () => {
  const error = await client.chat.completions
    .create({ model: 'sim-429', messages })
    .catch((reason: unknown) => reason)
  expect((error as InstanceType<typeof APIError>).headers?.get('retry-after')).toBe('2')
})

test('throws in the middle of a stream that is cut, never a short success', async () => {
  const stream = await client.chat.completions.create({ model: 'sim-cut', messages, stream: true })
  let chunks = 0
  const reading = (async () => {
    for await (const chunk of stream) chunks += chunk.choices.length
  })()
  await expect(reading).rejects.toThrow(APIError)
  expect(chunks).toBeGreaterThan(5)
})
