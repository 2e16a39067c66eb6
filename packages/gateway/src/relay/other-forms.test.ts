import { describe, expect, test } from 'vitest'
import { done, events, finish, token, usage } from '../testing/chunks.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { json, stream } from '../testing/upstream.ts'
import { useAnswering } from '../testing/use-answering.ts'

const at = useAnswering()

describe('an answer in another form than was asked for', () => {
  const body = {
    id: 'c-1',
    created: 1,
    model: 'up-1',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    usage,
  }

  test('JSON for a stream becomes a stream', async () => {
    at.answering = json(body)
    const asked = { model: 'm', messages, stream: true, stream_options: { include_usage: true } }
    const response = await at.gateway.chat(asked)
    expect(response.headers.get('content-type')).toMatch('text/event-stream')
    expect(events(await response.text())).toMatchObject([
      { object: 'chat.completion.chunk', choices: [{ delta: { content: 'Hello' }, finish_reason: 'stop' }] },
      { choices: [], usage },
      '[DONE]',
    ])
    expect(at.gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', outputTokens: 3 })
  })

  test('JSON for a stream, with no usage, is estimated once', async () => {
    const message = { role: 'assistant', content: 'x'.repeat(40) }
    at.answering = json({ choices: [{ index: 0, message, finish_reason: 'stop' }] })
    await (await at.gateway.chat({ model: 'm', messages, stream: true })).text()
    expect(at.gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', outputTokens: 10, isUsageEstimated: true })
  })

  const error = { message: 'The engine broke.', code: 502 }
  test.each([
    ['beside its choices', { ...body, error }, 'The engine broke.'],
    ['as a text', { ...body, error: 'The engine broke.' }, 'The engine broke.'],
    ['in a choice', { ...body, choices: [{ ...body.choices[0], error }] }, 'The engine broke.'],
    [
      'by its finish',
      { ...body, choices: [{ ...body.choices[0], finish_reason: 'error' }] },
      'without a message',
    ],
  ])(
    'JSON with tokens and an error %s becomes a stream that ends with the error',
    async (_where, said, words) => {
      at.answering = json(said)
      const asked = { model: 'm', messages, stream: true, stream_options: { include_usage: true } }
      const all = events(await (await at.gateway.chat(asked)).text())
      expect(all).toMatchObject([
        { choices: [{ delta: { content: 'Hello' } }] },
        { choices: [], usage },
        { error: { message: expect.stringContaining(words), type: 'server_error', param: null } },
      ])
      expect(at.gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_error', outputTokens: 3 })
    },
  )

  test('JSON that tells an error, for a stream or not, has its own status', async () => {
    at.answering = json({ error: { message: 'Rate limited', code: 429 } })
    for (const stream of [true, false]) {
      const response = await at.gateway.chat({ model: 'm', messages, stream })
      expect(response.status).toBe(429)
      expect(((await response.json()) as ErrorBody).error.message).toContain('Rate limited')
    }
  })

  test.each([
    ['a text', '"Unauthorized"', 'stream_error', 'm (custom) failed: Unauthorized'],
    ['a list of texts', '["No such model"]', 'stream_error', 'm (custom) failed: No such model'],
    ['a list with an answer in it', JSON.stringify([body]), 'bad_response', 'no answer to the request'],
    ['an empty list', '[]', 'bad_response', 'no answer to the request'],
    ['a number', '3', 'bad_response', 'no answer to the request'],
    ['null', 'null', 'bad_response', 'no answer to the request'],
  ])('JSON that is %s is told as what it is, and costs nothing', async (_what, text, code, words) => {
    at.answering = json(text)
    for (const stream of [false, true]) {
      const response = await at.gateway.chat({ model: 'm', messages, stream })
      expect(response.status).toBe(502)
      const { error } = (await response.json()) as ErrorBody
      expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
      expect(at.gateway.logs.at(-1)).toMatchObject({ inputTokens: null, outputTokens: null })
    }
  })

  test.each([
    [429, 429],
    [200, 502],
  ])('a list that tells an error with the code %i has the status %i', async (code, status) => {
    at.answering = json([{ error: { message: 'Rate limited', code } }])
    const response = await at.gateway.chat({ model: 'm', messages })
    expect(response.status).toBe(status)
    expect(((await response.json()) as ErrorBody).error.message).toBe('m (custom) failed: Rate limited')
  })

  test('a stream where none was asked for is refused, with what to do', async () => {
    at.answering = stream([token('a'), finish, done])
    const response = await at.gateway.chat({ model: 'm', messages })
    expect(response.status).toBe(502)
    const { error } = (await response.json()) as ErrorBody
    expect(error).toMatchObject({ code: 'bad_response', message: expect.stringContaining('"stream": true') })
  })

  test('a compressed answer is refused, though it names a good type', async () => {
    for (const stream of [false, true]) {
      at.answering = (response) => {
        const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
        response.writeHead(200, headers).end('packed')
      }
      const response = await at.gateway.chat({ model: 'm', messages, stream })
      expect(response.status).toBe(502)
      const { error } = (await response.json()) as ErrorBody
      expect(error.message).toContain('compressed its answer, though it was asked not to')
    }
  })

  test.each([
    ['an empty body', '', 'application/json', 'empty_response'],
    ['a web page', '<html><title>Hi</title></html>', 'text/html', 'bad_response'],
    ['something else', 'hello', 'text/plain', 'bad_response'],
  ])('%s is refused', async (_what, text, type, code) => {
    for (const stream of [false, true]) {
      at.answering = (response) => void response.writeHead(200, { 'content-type': type }).end(text)
      const response = await at.gateway.chat({ model: 'm', messages, stream })
      expect(response.status).toBe(502)
      const found = ((await response.json()) as ErrorBody).error.code
      expect(found).toBe(code)
    }
  })

  test('a stream without a content type is a stream', async () => {
    at.answering = (response) => void response.writeHead(200).end(token('a') + finish + done)
    const response = await at.gateway.chat({ model: 'm', messages, stream: true })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await response.text()).toBe(token('a') + finish + done)
  })
})
