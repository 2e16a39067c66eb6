import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  type Cut,
  crlf,
  cuts,
  cutUp,
  delta,
  done,
  event,
  events,
  finish,
  head,
  role,
  token,
  usage,
  usageChunk,
} from '../testing/chunks.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { post } from '../testing/guarded.ts'
import { stream } from '../testing/upstream.ts'
import { useAnswering } from '../testing/use-answering.ts'

const at = useAnswering()

interface Asking {
  cut?: Cut
  wantsUsage?: boolean
}

/** The provider sends `sent`; resolves with what the caller reads. */
async function relay(sent: string, { cut = 'whole', wantsUsage }: Asking = {}) {
  at.answering = stream(cutUp(sent, cut))
  const body = {
    model: 'm',
    messages,
    stream: true,
    ...(wantsUsage && { stream_options: { include_usage: true } }),
  }
  const response = await at.gateway.chat(body)
  const text = Buffer.from(await response.arrayBuffer()).toString()
  return { response, text, outcome: at.gateway.logs.at(-1)?.outcome }
}

/** Streams that are passed on as they are, however odd. */
const passing: Record<string, string> = {
  'a plain answer': role + token('Hel') + token('lo') + finish + done,
  'comments before and between': `: PROCESSING\n\n${token('a')}: ping\n\n${finish}${done}`,
  'CRLF line ends': crlf(token('a') + finish + done),
  'data: without a space': (token('a') + finish + done).replaceAll('data: ', 'data:'),
  'a first chunk without choices': event({ choices: [], id: '', model: '' }) + token('a') + finish + done,
  'letters of four bytes': token('🏁 Größe 赛') + finish + done,
  'integers over 2^53': `data: {"choices":[{"delta":{"content":"a"}}],"seed":13950026667594240001}\n\n${finish}${done}`,
  'events that only show life': `data:\n\n${token('a')}event: ping\ndata: 2024-04-27 01:35:43.686476\n\n${finish}data: \n\n${done}`,
  'reasoning only': delta({ reasoning_content: 'hm' }) + finish + done,
  'a tool call': delta({ tool_calls: [{ index: 0, function: { arguments: '' } }] }) + finish + done,
  'no token, but a finish': event({ choices: [{ delta: {}, finish_reason: 'content_filter' }] }) + done,
  '[DONE] without a finish_reason': token('a') + done,
  'a space behind [DONE]': `${token('a')}data: [DONE] \n\n`,
  'the finish twice': token('a') + finish + finish + done,
  'something after [DONE]': `${token('a')}${finish}${done}: bye\n\ndata: {"bye\n\n`,
  'more than one line of data': `data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\n${finish}${done}`,
}

describe.each(Object.entries(passing))('%s', (_name, sent) => {
  test.each(cuts)('passes byte for byte and is a success, cut in %s', async (cut) => {
    const { response, text, outcome } = await relay(sent, { cut })
    expect(text).toBe(sent)
    expect(response.status).toBe(200)
    expect(outcome).toBe('ok')
  })
})

test('a stream is named as one that nobody is to keep or to hold back', async () => {
  const { headers } = (await relay(token('a') + finish + done)).response
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  })
})

describe('an event that is not JSON', () => {
  const broken = 'data: {"choices":[{]}\n\n'

  test.each(cuts)('ends the stream with an explicit error, cut in %s', async (cut) => {
    for (const wantsUsage of [false, true]) {
      const sent = token('a') + token('b') + broken + token('c') + finish + done
      const { text, outcome } = await relay(sent, { cut, wantsUsage })
      expect(text.startsWith(token('a') + token('b'))).toBe(true)
      expect(text).toMatch(/data: \{"error":\{[^\n]*"code":"malformed_stream"[^\n]*\n\n$/)
      expect(text).not.toContain('[DONE]')
      expect(outcome).toBe('malformed_stream')
    }
  })

  test('is not passed on where it can be held back, nor is what follows', async () => {
    const { text } = await relay(token('a') + broken + token('b') + finish + done)
    expect(events(text)).toMatchObject([{ choices: [{}] }, { error: { code: 'malformed_stream' } }])
  })

  test('is an error after a finish reason too, because another choice might have lost its end', async () => {
    const { outcome, text } = await relay(token('a') + finish + broken + done)
    expect(outcome).toBe('malformed_stream')
    expect(text).not.toContain('[DONE]')
  })

  test('closes the connection to the provider, whose further tokens nobody would get', async () => {
    const cutOff = Promise.withResolvers<void>()
    at.answering = async (response, request) => {
      void request.cutOff.then(cutOff.resolve)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(token('a') + broken)
    }
    const text = await (await at.gateway.chat({ model: 'm', messages, stream: true })).text()
    expect(text).toContain('malformed_stream')
    await cutOff.promise
  })
})

describe('the usage chunk', () => {
  const sent = token('a') + finish + usageChunk + done

  test.each(cuts)('passes to a caller that asked for it, cut in %s', async (cut) => {
    expect((await relay(sent, { cut, wantsUsage: true })).text).toBe(sent)
  })

  test.each(cuts)(
    'is left out for a caller that did not, and is counted all the same, cut in %s',
    async (cut) => {
      expect((await relay(sent, { cut })).text).toBe(token('a') + finish + done)
      expect(at.gateway.logs.at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3 })
      expect((await relay(crlf(sent), { cut })).text).toBe(crlf(token('a') + finish + done))
    },
  )

  test('is told from usage in a chunk with a choice, which is passed on', async () => {
    const beside = event({ ...head, choices: [{ delta: {}, finish_reason: 'stop' }], usage })
    expect((await relay(token('a') + beside + done)).text).toBe(token('a') + beside + done)
  })

  test('the last one that is not null counts, wherever it stands', async () => {
    const running = delta({ content: 'a' }, { usage: { prompt_tokens: 7, completion_tokens: 1 } })
    const groq = event({
      choices: [{ delta: {}, finish_reason: 'stop' }],
      x_groq: { usage: { prompt_tokens: 7, completion_tokens: 9 } },
    })
    await relay(running + delta({ content: 'b' }, { usage: null }) + groq + done)
    expect(at.gateway.logs.at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 9 })
  })
})

test.each(cuts)('usage behind [DONE] is in no report, and so in no books, cut in %s', async (cut) => {
  await relay(token('a') + finish + usageChunk + done + usageChunk.replaceAll('7', '70'), { cut })
  expect(at.gateway.logs.at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3 })
})

describe('a stream that ends oddly', () => {
  test.each(cuts)('gets the [DONE] that a whole answer lacks, cut in %s', async (cut) => {
    const { text, outcome } = await relay(token('a') + finish, { cut })
    expect(text).toBe(token('a') + finish + done)
    expect(outcome).toBe('ok')
  })

  test.each(cuts)('gets the blank line that its last event lacks, cut in %s', async (cut) => {
    for (const last of [`${finish}data: [DONE]\n`, `${finish}data: [DONE]`, finish.trimEnd()]) {
      const { text, outcome } = await relay(token('a') + last, { cut })
      expect(text).toBe(token('a') + finish + done)
      expect(outcome).toBe('ok')
    }
  })

  test.each(cuts)('is cut when neither a finish nor [DONE] came, and says so, cut in %s', async (cut) => {
    const { text, outcome } = await relay(role + token('a'), { cut })
    expect(text.startsWith(role + token('a'))).toBe(true)
    expect(events(text).at(-1)).toMatchObject({
      error: { code: 'stream_cut', type: 'server_error', param: null },
    })
    expect(text).not.toContain('[DONE]')
    expect(outcome).toBe('stream_cut')
  })

  test('half an event at the end of a cut stream is left out', async () => {
    const { text } = await relay(`${token('a')}data: {"choices":[{"del`)
    expect(events(text)).toHaveLength(2)
    expect(text).not.toContain('"del\n')
  })

  test('a connection that breaks in the middle is a cut', async () => {
    at.answering = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(token('a'), () => response.destroy())
    }
    const text = await (await at.gateway.chat({ model: 'm', messages, stream: true })).text()
    expect(events(text).at(-1)).toMatchObject({ error: { code: 'stream_cut' } })
    expect(text).not.toContain('[DONE]')
  })

  test('an answer whose connection breaks after its finish reason is whole', async () => {
    at.answering = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(token('a') + finish, () => response.destroy())
    }
    const text = await (await at.gateway.chat({ model: 'm', messages, stream: true })).text()
    expect(text).toBe(token('a') + finish + done)
  })

  describe('with several choices, one of them without its end', () => {
    const say = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ ...head, choices: [{ index, delta, finish_reason }] })
    const first = say(0, { content: 'a' }) + say(1, { content: 'b' }) + say(0, {}, 'stop')
    const ends: Record<string, (response: ServerResponse) => void> = {
      'ends without [DONE]': (response) => void response.end(first),
      'breaks off': (response) => void response.write(first, () => response.destroy()),
    }

    test.each(Object.entries(ends))('is cut when it %s', async (_how, end) => {
      at.answering = (response) => end(response.writeHead(200, { 'content-type': 'text/event-stream' }))
      const response = await at.gateway.chat({ model: 'm', messages, stream: true, n: 2 })
      const text = await response.text()
      expect(text.startsWith(first)).toBe(true)
      expect(events(text).at(-1)).toMatchObject({ error: { code: 'stream_cut' } })
      expect(at.gateway.logs.at(-1)?.outcome).toBe('stream_cut')
    })

    test('is cut on /v1/completions as well, where each prompt has a choice', async () => {
      const ofText = (index: number, finish_reason: string | null) =>
        event({ ...head, choices: [{ index, text: 'a', finish_reason }] })
      at.answering = stream([ofText(0, 'stop'), ofText(1, null)])
      const response = await post(at.gateway, '/v1/completions', {
        model: 'm',
        prompt: ['a', 'b'],
        stream: true,
      })
      expect(events(await response.text()).at(-1)).toMatchObject({ error: { code: 'stream_cut' } })
    })

    test('is whole when the provider says that it is done', async () => {
      expect(await relay(first + done)).toMatchObject({ text: first + done, outcome: 'ok' })
    })

    test('is whole when all that have begun have ended, whatever follows', async () => {
      const sent = first + say(1, {}, 'length') + say(1, {})
      expect(await relay(sent)).toMatchObject({ text: sent + done, outcome: 'ok' })
    })
  })

  test.each([
    ['nothing', ''],
    ['comments', ': ping\n\n: ping\n\n'],
    ['[DONE]', done],
  ])('with %s alone is an empty response, with its status', async (_what, sent) => {
    const { response, text, outcome } = await relay(sent)
    expect(response.status).toBe(502)
    expect((JSON.parse(text) as ErrorBody).error.code).toBe('empty_response')
    expect(outcome).toBe('empty_response')
  })

  test('cut before its first token is answered with a status, because nothing was sent yet', async () => {
    const { response, text } = await relay(role)
    expect(response.status).toBe(502)
    expect((JSON.parse(text) as ErrorBody).error.code).toBe('stream_cut')
  })
})

describe('an error inside a stream', () => {
  const error = { message: 'The engine broke.', type: 'server_error', code: 502 }
  const shapes: Record<string, string> = {
    'as a bare event': event({ error }),
    'as an event named error': `event: error\n${event({ error })}`,
    'on a chunk': event({ ...head, error, choices: [{ index: 0, delta: {}, finish_reason: 'error' }] }),
    "in Anthropic's form": `event: error\n${event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}`,
    'as text under an event named error': 'event: error\ndata: out of memory\n\n',
    'in a place that clients read and in one of Groq': event({ error, x_groq: { error: 'over_capacity' } }),
    'in a place of Groq after that': event({ error }) + event({ x_groq: { error: 'over_capacity' } }),
    'in a field after that': `${event({ error })}error: {"error":{"message":"out of memory"}}\n\n`,
  }

  describe.each(Object.entries(shapes))('%s', (_shape, failure) => {
    test.each(cuts)('passes as it came and is no success, cut in %s', async (cut) => {
      for (const sent of [token('a') + failure, failure]) {
        const { text, outcome } = await relay(sent, { cut })
        expect(text).toBe(sent)
        expect(outcome).toBe('stream_error')
        expect(at.gateway.logs.at(-1)).toMatchObject({ tried: [{ outcome }] })
      }
    })
  })

  test.each(cuts)(
    'is not followed by the [DONE] that its provider sent behind it, cut in %s',
    async (cut) => {
      const told = token('a') + event({ error })
      for (const toLines of [(text: string) => text, crlf]) {
        const { text, outcome } = await relay(toLines(told + done), { cut })
        expect(text).toBe(toLines(told))
        expect(outcome).toBe('stream_error')
      }
    },
  )

  describe.each([
    [
      'in a field',
      'error: {"detail":"failed to decode","error":{"message":"failed to decode"}}\n\n',
      'failed to decode',
    ],
    [
      'in a member of Groq',
      event({
        ...head,
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        x_groq: { id: 'req_1', error: 'over_capacity' },
      }),
      'over_capacity',
    ],
  ])('%s that no client reads', (_place, hidden, words) => {
    test.each(cuts)('is told in one that they do, cut in %s', async (cut) => {
      for (const sent of [hidden, hidden.slice(0, -1)]) {
        const { text, outcome } = await relay(token('a') + sent, { cut })
        expect(text.startsWith(token('a') + hidden)).toBe(true)
        expect(events(text).at(-1)).toMatchObject({
          error: { code: 'stream_error', message: expect.stringContaining(words) },
        })
        expect(text).not.toContain('[DONE]')
        expect(outcome).toBe('stream_error')
      }
      const ended = await relay(token('a') + hidden + done, { cut })
      expect(ended.text).not.toContain('[DONE]')
      expect(events(ended.text).at(-1)).toMatchObject({ error: { code: 'stream_error' } })
    })

    test.each(cuts)('is told with a status where no token came before it, cut in %s', async (cut) => {
      const { response, text } = await relay(hidden, { cut })
      expect(response.status).toBe(502)
      expect(JSON.parse(text)).toMatchObject({ error: { message: expect.stringContaining(words) } })
    })
  })
})
