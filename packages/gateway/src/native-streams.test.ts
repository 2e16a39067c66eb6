/**
 * Recorded answers of Anthropic, Gemini and Bedrock, served to the gateway in every cut, and read by the official
 * client.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasRecordings, recorded } from './dialects/testing/streams.ts'
import { cutBytes } from './testing/chunks.ts'
import { type ErrorBody, messages, type RunningGateway } from './testing/gateway.ts'
import { askStream, type Native, startNative } from './testing/native.ts'
import { stream, type Upstream } from './testing/upstream.ts'

let upstream: Upstream
let gateway: RunningGateway
let next: { pieces: Uint8Array[]; status: number; headers: Record<string, string> }

beforeAll(async () => {
  const started = await startNative((response, request) =>
    next.status === 200
      ? stream(next.pieces, next.headers)(response, request)
      : void response.writeHead(next.status, next.headers).end(Buffer.concat(next.pieces)),
  )
  ;({ upstream, gateway } = started)
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const cuts = ['whole', 'bytes', 'slices'] as const

/** The official client, from the workspace of the whole-house tests. */
interface Client {
  chat: { completions: { stream(body: object): { finalChatCompletion(): Promise<Completion> } } }
}
interface Completion {
  choices: {
    finish_reason: string
    message: { content: string | null; tool_calls?: { id: string; function: { arguments: string } }[] }
  }[]
  usage?: { prompt_tokens: number; completion_tokens: number }
}
const borrow = createRequire(join(import.meta.dirname, '..', '..', '..', 'tests', 'package.json'))
const { OpenAI } = borrow('openai') as { OpenAI: new (options: object) => Client }

async function putTogether(model: Native): Promise<Completion> {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
  const asked = { model, messages, stream_options: { include_usage: true } }
  return client.chat.completions.stream(asked).finalChatCompletion()
}

// The numbers were counted in the files, not by this code.
describe.skipIf(!hasRecordings).each<[string, Native, object]>([
  ['anthropic-claude-3-haiku-text.sse', 'anthropic', { letters: 689, input: 17, output: 171 }],
  ['anthropic-claude-sonnet-4-thinking.sse', 'anthropic', { letters: 1_021, input: 43, output: 282 }],
  ['anthropic-claude-sonnet-4.6-tools-parallel.sse', 'anthropic', { finish: 'tool_calls', calls: 2 }],
  ['gemini-2.5-flash-text.sse', 'gemini', { letters: 2_268, input: 9, output: 527 }],
  ['gemini-2.5-flash-thinking.sse', 'gemini', { letters: 2_680, output: 1_416 }],
  [
    'bedrock-converse-nova-text.eventstream',
    'bedrock',
    { letters: 51, finish: 'content_filter', input: 54, output: 18 },
  ],
])('%s', (name, model, counted) => {
  test.each(cuts)('is what the official client expects, cut in %s', async (cut) => {
    const type = name.endsWith('.sse') ? 'text/event-stream' : 'application/vnd.amazon.eventstream'
    const bytes = recorded(`native/${name}`)
    next = { pieces: cutBytes(bytes, cut), status: 200, headers: { 'content-type': type } }
    const { choices, usage } = await putTogether(model)
    const [choice] = choices
    const { content, tool_calls = [] } = choice!.message
    expect({
      letters: content?.length,
      finish: choice!.finish_reason,
      calls: tool_calls.length,
      input: usage?.prompt_tokens,
      output: usage?.completion_tokens,
    }).toMatchObject({ finish: 'stop', ...counted })
    for (const call of tool_calls) expect(JSON.parse(call.function.arguments)).toBeTypeOf('object')
    // The official client stops reading at [DONE], but the call is over only when the provider has ended it.
    await expect
      .poll(() => gateway.logs.at(-1))
      .toMatchObject({
        outcome: 'ok',
        inputTokens: usage!.prompt_tokens,
        outputTokens: usage!.completion_tokens,
      })
  })
})

describe.skipIf(!hasRecordings)('recorded failures', () => {
  test.each(cuts)('overloaded, with a 200, cut in %s: an error, never a short success', async (cut) => {
    const pieces = cutBytes(recorded('native/anthropic-claude-3.5-haiku-overloaded-200.sse'), cut)
    next = { pieces, status: 200, headers: { 'content-type': 'text/event-stream' } }
    const { told, isDone } = await askStream(gateway, 'anthropic')
    expect(isDone).toBe(false)
    expect(told.at(-1)!.error).toMatchObject({ message: 'Overloaded', status: 529 })
    await expect(putTogether('anthropic')).rejects.toThrow('Overloaded')
  })

  test.each<[string, Native, number, RegExp]>([
    ['anthropic-401-invalid-api-key.json', 'anthropic', 401, /^invalid x-api-key$/],
    ['anthropic-429-rate-limit-retry-after.json', 'anthropic', 429, /rate limit of 450,000/],
    ['anthropic-529-overloaded.json', 'anthropic', 529, /^Overloaded$/],
    ['gemini-429-quota-retryinfo.json', 'gemini', 429, /exceeded your current quota/],
  ])('%s keeps its status, its words and its hint', async (name, model, status, words) => {
    const { headers } = JSON.parse(recorded('expected.json').toString())[`errors/${name}`]
    next = { pieces: [recorded(`errors/${name}`)], status, headers }
    const response = await gateway.chat({ model, messages, stream: true })
    expect(response.status).toBe(status)
    const retryAfter = model === 'gemini' ? '48' : (headers['retry-after'] ?? null)
    expect(response.headers.get('retry-after')).toBe(retryAfter)
    expect(((await response.json()) as ErrorBody).error.message).toMatch(words)
  })
})
