/**
 * Bodies with a good status that are no answer: other JSON, and bodies that are no stream. A second target is healthy.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { outcomes, whole } from './testing/bad-days.ts'
import { done, event, head } from './testing/chunks.ts'
import { startGateway } from './testing/gateway.ts'
import { post } from './testing/guarded.ts'
import { useOpened } from './testing/opened.ts'
import { forms, useTwoTargets } from './testing/two-targets.ts'
import { type Answering, json, startUpstream, stream } from './testing/upstream.ts'

const start = useTwoTargets(afterEach)
const opened = useOpened()

describe.each(forms)('JSON that is no answer, %s', (_form, isStream) => {
  test.each<[body: object, outcome: string, words: string]>([
    [{ detail: 'boom' }, 'stream_error', 'boom'],
    [{ object: 'error', message: 'boom', code: 503 }, 'stream_error', 'boom'],
    [{ error: [{ message: 'boom' }] }, 'stream_error', 'boom'],
    [{ error: true, message: 'boom' }, 'stream_error', 'boom'],
    [{ errors: [{ message: 'boom' }] }, 'stream_error', 'boom'],
    [{ base_resp: { status_code: 1004, status_msg: 'boom' }, choices: null }, 'stream_error', 'boom'],
    [{ choices: [] }, 'bad_response', 'params.baseUrl'],
    [{}, 'bad_response', 'params.baseUrl'],
  ])('%j: goes to the second target; without one its words are told', async (body, outcome, words) => {
    const a = isStream ? stream([event(body), event({ choices: [] }), done]) : json(body)
    const { ask } = await start({ a })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)[0]).toBe(`up-a ${outcome}`)
    const alone = await start({ a, b: a })
    expect((await alone.ask(isStream)).text).toContain(words)
  })

  test('an empty error beside a good answer is ignored', async () => {
    const choices = [{ index: 0, delta: { content: 'a' }, message: { content: 'a' }, finish_reason: 'stop' }]
    const a = { ...head, choices, error: {} }
    const { ask } = await start({ a: isStream ? stream([event(a), done]) : json(a) })
    expect((await ask(isStream)).log.outcome).toBe('ok')
  })
})

async function ask(endpoint: string, answer: object) {
  const upstream = await startUpstream(json(answer))
  const provider = endpoint === 'messages' ? 'anthropic' : 'custom'
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key-of-the-gateway' }
  const gateway = await startGateway({ models: [{ name: 'm', provider, params }] })
  opened.push(upstream, gateway)
  return post(gateway, `/v1/${endpoint}`, { model: 'm', ...questions[endpoint] })
}

const questions: Record<string, object> = {
  embeddings: { input: 'a' },
  responses: { input: 'a' },
  completions: { prompt: 'a' },
  messages: { messages: [{ role: 'user', content: 'a' }], max_tokens: 5 },
}

test.each(Object.keys(questions))('JSON that is not an answer is refused on /v1/%s too', async (endpoint) => {
  const response = await ask(endpoint, { detail: 'boom' })
  expect(response.status).toBe(502)
  expect(await response.text()).toContain('boom')
})

test('so is a response that failed, whatever there is of it', async () => {
  const content = [{ type: 'output_text', text: 'Once upon' }]
  const error = { code: 'server_error', message: 'boom' }
  const response = await ask('responses', { status: 'failed', error, output: [{ type: 'message', content }] })
  expect(response.status).toBe(502)
  expect(await response.text()).toContain('boom')
})

describe.each(['text/event-stream', 'text/plain', null])(
  'a body that is not a stream, with type %s',
  (type) => {
    const sends = (body: string): Answering => {
      return (response) =>
        void response.writeHead(200, type === null ? {} : { 'content-type': type }).end(body)
    }

    test('an error as a whole body is passed on with its message', async () => {
      const a = sends(JSON.stringify({ error: { message: 'boom', code: 503 } }, null, 2))
      const { ask } = await start({ a })
      const told = await ask(true)
      expect(told).toMatchObject(whole)
      expect(outcomes(told)[0]).toBe('up-a stream_error')
      const alone = await start({ a, b: a })
      expect((await alone.ask(true)).text).toContain('boom')
    })

    test('a whole answer becomes the stream that was asked for', async () => {
      const choices = [{ index: 0, message: { content: 'one' }, finish_reason: 'stop' }]
      const { ask, b } = await start({ a: sends(JSON.stringify({ ...head, choices })) })
      const told = await ask(true)
      expect(told).toMatchObject({ status: 200, answer: 'one' })
      expect(told.headers.get('content-type')).toContain('text/event-stream')
      expect(b.received).toHaveLength(0)
    })

    test('anything else is not retried at the same target', async () => {
      const a = sends('upstream connect error')
      const { ask } = await start({ a })
      expect(outcomes(await ask(true))).toEqual(['up-a bad_response', 'up-b ok'])
      const alone = await start({ a, b: a })
      expect((await alone.ask(true)).text).toContain('no event stream')
    })
  },
)
