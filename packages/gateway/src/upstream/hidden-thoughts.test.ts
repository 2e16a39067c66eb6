/** An answer whose first part has no token, hidden reasoning or a picture, has begun, however late its first token is. */
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { event } from '../dialects/testing/event-message.ts'
import { delta, done, finish, role, token } from '../testing/chunks.ts'
import { type ErrorBody, messages, startGateway } from '../testing/gateway.ts'
import { claude, native, nativeStreams, variables } from '../testing/native.ts'
import { type Received, startUpstream } from '../testing/upstream.ts'

const opened: { close(): Promise<void> }[] = []
// Sockets are real, timers are not: time passes only when a test advances it.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(async () => {
  vi.useRealTimers()
  for (const each of opened.splice(0).reverse()) await each.close()
})

const timeouts = { firstTokenMs: 5000, idleMs: 2000 }

/** A call for a stream, whose answer the test writes itself. */
async function call(path: string, model: string) {
  const answered = Promise.withResolvers<[ServerResponse, Received]>()
  const upstream = await startUpstream((response, request) => {
    answered.resolve([response.writeHead(200, { 'content-type': 'text/event-stream' }), request])
  })
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key-ours', model: 'claude-sonnet-4-5' }
  const models = [
    { name: 'gpt', provider: 'openai', params },
    { name: 'gpt-audio', provider: 'openai', params },
    { name: 'claude', provider: 'anthropic', params },
    { name: 'bedrock', provider: 'bedrock', params: { ...params, apiKey: undefined } },
  ]
  const gateway = await startGateway({ models, policies: { timeouts } }, { variables })
  opened.push(upstream, gateway)
  const response = fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages, max_tokens: 50, stream: true }),
  })
  const [provider, { cutOff }] = await answered.promise
  return { gateway, response, provider, cutOff }
}

/** Resolves when everything that was on its way on this machine has arrived. */
async function arrived() {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
}

const created = native({ type: 'response.created', response: { id: 'resp_1', model: 'o3' } })
const added = native({ type: 'response.output_item.added', item: { type: 'reasoning', summary: [] } })
const thinking = native({
  type: 'content_block_start',
  index: 0,
  content_block: { type: 'thinking', thinking: '' },
})
const answerOfResponses =
  native({ type: 'response.output_text.delta', delta: '42' }) +
  native({ type: 'response.completed', response: { id: 'resp_1', model: 'o3' } })
const answerOfClaude = claude.text + claude.stop('end_turn')

const noPicture = delta({ images: [], audio: null })
const picture = delta({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] })
const sound = delta({ audio: { id: 'audio_1', transcript: '4' } })
const answerOfChat = token('42') + finish + done

describe.each([
  ['/v1/responses', 'gpt', created, added, native({ type: 'keepalive' }), answerOfResponses, '42'],
  ['/v1/messages', 'claude', claude.start, thinking, claude.ping, answerOfClaude, 'grüß'],
  ['/v1/chat/completions', 'claude', claude.start, thinking, claude.ping, answerOfClaude, 'grüß'],
  ['/v1/chat/completions', 'gpt', role + noPicture, picture, ': ping\n\n', answerOfChat, '42'],
  ['/v1/chat/completions', 'gpt-audio', role, sound, ': ping\n\n', answerOfChat, '42'],
])('%s of %s', (path, model, start, opening, ping, answer, words) => {
  test('goes on as long as the provider sends keep-alives', async () => {
    const { gateway, response, provider } = await call(path, model)
    provider.write(start + opening)
    const { status, body } = await response
    expect(status).toBe(200)
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(1900)
      provider.write(ping)
      await arrived()
    }
    provider.end(answer)
    expect(await new Response(body).text()).toContain(words)
    await arrived()
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', ttftMs: expect.any(Number) })
  })

  test('falls silent: the idle deadline ends it', async () => {
    const { gateway, response, provider, cutOff } = await call(path, model)
    provider.write(start + opening)
    const { body } = await response
    vi.advanceTimersByTime(2000)
    expect(await new Response(body).text()).toContain(`fell silent for 2000 ms`)
    await cutOff
    await arrived()
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'idle_timeout', ttftMs: null })
    expect(gateway.logs.at(-1)!.inputTokens).toBeGreaterThan(0)
  })

  test('opens nothing: keep-alives do not count as a first token', async () => {
    const { response, provider, cutOff } = await call(path, model)
    provider.write(start)
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(1000)
      provider.write(ping)
      await arrived()
    }
    vi.advanceTimersByTime(1000)
    expect((await response).status).toBe(504)
    expect(((await (await response).json()) as ErrorBody).error.message).toMatch(/sent no token within/)
    await cutOff
  })
})

test('reasoning at Bedrock has begun with its first piece, though no event opens it and it is sealed', async () => {
  const { response, provider } = await call('/v1/chat/completions', 'bedrock')
  const sealed = event('contentBlockDelta', {
    contentBlockIndex: 0,
    delta: { reasoningContent: { redactedContent: 'c2VhbGVk' } },
  })
  for (let i = 0; i < 5; i++) {
    provider.write(sealed)
    await arrived()
    vi.advanceTimersByTime(1900)
  }
  provider.end(Buffer.concat([nativeStreams.bedrock.begin, nativeStreams.bedrock.rest]))
  const { status, body } = await response
  expect(status).toBe(200)
  expect(await new Response(body).text()).toContain('grüß')
})

test.each(['/v1/messages', '/v1/chat/completions'])(
  '%s: the tokens counted for a prompt are in the record, although no token of the answer came',
  async (path) => {
    const { gateway, response, provider } = await call(path, 'claude')
    provider.write(claude.start)
    await arrived()
    vi.advanceTimersByTime(5000)
    expect((await response).status).toBe(504)
    await arrived()
    expect(gateway.logs.at(-1)).toMatchObject({
      outcome: 'first_token_timeout',
      inputTokens: 35,
      outputTokens: 1,
      isUsageEstimated: true,
    })
  },
)
