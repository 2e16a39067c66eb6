/** A provider's error in OpenAI's form: inside a 200, and as a refusal. */
import { describe, expect, test } from 'vitest'
import { event, eventMessage } from '../dialects/testing/event-message.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { askStream, claude, type Native, native, nativeStreams } from '../testing/native.ts'
import { type Answering, json, stream } from '../testing/upstream.ts'
import { answering, useNative } from '../testing/use-native.ts'

const { start } = useNative()

test('an answer whose encoding is `identity` is translated', async () => {
  const { gateway } = await start(
    stream([nativeStreams.anthropic.begin, nativeStreams.anthropic.rest], {
      'content-type': nativeStreams.anthropic.type,
      'content-encoding': 'identity',
    }),
  )
  expect(await askStream(gateway, 'anthropic')).toMatchObject({ isDone: true })
})

describe('an error inside a 200', () => {
  test.each([
    ['before the first token', [claude.start]],
    ['after it', [claude.start, claude.text]],
  ])('%s is an error with its code, and no [DONE]', async (_when, before) => {
    const { gateway } = await start(answering('anthropic', [...before, claude.overloaded]))
    const { told, isDone } = await askStream(gateway, 'anthropic')
    expect(isDone).toBe(false)
    expect(told.at(-1)!.error).toEqual({
      message: 'Overloaded',
      type: 'server_error',
      code: 'overloaded',
      param: null,
      status: 529,
    })
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_error' })
  })

  test('ends the answer at once, whatever the provider does with its socket', async () => {
    const { upstream, gateway } = await start((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(claude.start + claude.text + claude.overloaded)
    })
    const { told } = await askStream(gateway, 'anthropic')
    expect(told.at(-1)!.error).toMatchObject({ message: 'Overloaded' })
    await upstream.received[0]!.cutOff
  })

  test('of Bedrock comes as an exception in its binary stream', async () => {
    const exception = { ':message-type': 'exception', ':exception-type': 'throttlingException' }
    const pieces = [nativeStreams.bedrock.begin, eventMessage(exception, { message: 'Too many tokens' })]
    const { gateway } = await start(answering('bedrock', pieces))
    const { told, isDone } = await askStream(gateway, 'bedrock')
    expect(isDone).toBe(false)
    expect(told.at(-1)!.error).toMatchObject({ message: 'Too many tokens', status: 429 })
  })

  test('of a whole answer gets its status', async () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const { gateway } = await start(json(body))
    const response = await gateway.chat({ model: 'anthropic', messages })
    expect(response.status).toBe(529)
    expect(((await response.json()) as ErrorBody).error.message).toBe(
      'anthropic (anthropic) failed: Overloaded',
    )
  })

  test('what is broken in the middle is a bad response, not the provider’s error', async () => {
    const broken = Buffer.from(event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'x' } }))
    broken[broken.length - 1]! ^= 1
    const { gateway } = await start(answering('bedrock', [nativeStreams.bedrock.begin, broken]))
    const { told, isDone } = await askStream(gateway, 'bedrock')
    expect(isDone).toBe(false)
    expect(told.at(-1)!.error).toMatchObject({ code: 'bad_response' })
  })
})

describe('a connection that breaks off', () => {
  const breaking =
    (...pieces: (string | Uint8Array)[]): Answering =>
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(Buffer.concat(pieces.map((piece) => Buffer.from(piece))), () => void response.destroy())
    }

  test.each<[Native, Uint8Array]>([
    ['anthropic', Buffer.concat([nativeStreams.anthropic.begin, nativeStreams.anthropic.rest])],
    ['gemini', Buffer.concat([nativeStreams.gemini.begin, nativeStreams.gemini.rest])],
  ])('%s: after everything was said it is a whole answer, on the books too', async (name, bytes) => {
    const { gateway } = await start(breaking(bytes))
    const { text, isDone } = await askStream(gateway, name)
    expect({ text, isDone }).toEqual({ text: 'grüß 你好', isDone: true })
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', inputTokens: 35, outputTokens: 9 })
  })

  test.each([breaking, (...pieces: (string | Uint8Array)[]) => answering('gemini', pieces)])(
    'with one of two choices finished it is an error',
    async (ending) => {
      const choice = (index: number, more: object) => ({
        content: { parts: [{ text: 'a' }] },
        index,
        ...more,
      })
      const half = native({ candidates: [choice(0, { finishReason: 'STOP' }), choice(1, {})] })
      const { gateway } = await start(ending(half))
      const { told, isDone } = await askStream(gateway, 'gemini', { n: 2 })
      expect(isDone).toBe(false)
      expect(told.at(-1)!.error).toMatchObject({ code: 'stream_cut' })
      expect(gateway.logs.at(-1)).not.toMatchObject({ outcome: 'ok' })
    },
  )
})

describe('a refusal keeps its status, its words and its hint', () => {
  const anthropicError = (type: string, message: string) => ({ type: 'error', error: { type, message } })

  test.each<[Native, number, object, Record<string, string>, object, string | null]>([
    [
      'anthropic',
      401,
      anthropicError('authentication_error', 'invalid x-api-key'),
      {},
      { message: 'invalid x-api-key', type: 'authentication_error', code: 'invalid_api_key' },
      null,
    ],
    [
      'anthropic',
      429,
      anthropicError('rate_limit_error', 'Slow down'),
      { 'retry-after': '12' },
      { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
      '12',
    ],
    [
      'anthropic',
      529,
      anthropicError('overloaded_error', 'Overloaded'),
      {},
      { message: 'Overloaded', type: 'server_error', code: 'overloaded' },
      null,
    ],
    [
      'gemini',
      429,
      {
        error: {
          code: 429,
          message: 'Quota',
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48.2s' }],
        },
      },
      {},
      { message: 'Quota', type: 'rate_limit_error' },
      '49',
    ],
    [
      'bedrock',
      403,
      { message: 'The token session-token-ours is not valid' },
      { 'x-amzn-errortype': 'UnrecognizedClientException:http://internal.amazon.com/' },
      { message: 'The token [key] is not valid', type: 'authentication_error', code: 'invalid_api_key' },
      null,
    ],
  ])('%s %i', async (name, status, body, headers, error, retryAfter) => {
    const { gateway } = await start(json(body, status, headers))
    for (const isStream of [true, false]) {
      const response = await gateway.chat({ model: name, messages, stream: isStream })
      expect(response.status).toBe(name === 'bedrock' ? 401 : status)
      expect(response.headers.get('retry-after')).toBe(retryAfter)
      expect(await response.json()).toEqual({ error: { param: null, code: expect.any(String), ...error } })
    }
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: expect.stringMatching(/^http_4|http_529/) })
  })
})
