/** What guardrails cannot check is not passed on, and a token that they hold back counts as arrived. */
import { expect, test } from 'vitest'
import { delta, done, finish, role, token } from '../testing/chunks.ts'
import { type ErrorBody, oneModel, startGateway } from '../testing/gateway.ts'
import { askStream, nativeStreams, natives, startNative } from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json, startUpstream, stream } from '../testing/upstream.ts'
import { detectors } from './detectors/detectors.ts'
import { guardAnswer } from './guard-answer.ts'
import { createTextGuard } from './text-guard.ts'

const opened = useOpened()

const cards = {
  name: 'cards',
  on: ['request', 'response'],
  match: { detector: 'card-number' },
  action: 'mask',
}
const policies = { guardrails: [cards], cache: { mode: 'exact' } }
const card = '4111 1111 1111 1111'

async function start(answer: Answering) {
  const upstream = await startUpstream(answer)
  const gateway = await startGateway({ ...oneModel(upstream.url), policies })
  opened.push(upstream, gateway)
  return { upstream, gateway }
}

test.each([2_000, 100_000])('a request nested %i deep is checked or refused', async (depth) => {
  const { upstream, gateway } = await start(json({ choices: [] }))
  const content = `${'['.repeat(depth)}"${card}"${']'.repeat(depth)}`
  const response = await gateway.chat(`{"model":"m","messages":[{"role":"user","content":${content}}]}`)
  expect([200, 400]).toContain(response.status)
  if (response.status === 400) {
    expect(((await response.json()) as ErrorBody).error.message).toContain('too deep to be checked')
  }
  for (const { body } of upstream.received) expect(body).not.toContain(card)
  expect(upstream.received).toHaveLength(response.status === 200 ? 1 : 0)
})

test('an answer nested too deep is checked or refused', async () => {
  const deep = `${'['.repeat(200_000)}"${card}"${']'.repeat(200_000)}`
  const { gateway } = await start(json(`{"choices":[{"message":{"content":${deep}}}]}`))
  const response = await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'a' }] })
  expect(response.status).toBe(502)
  expect(await response.text()).not.toContain(card)
})

test('an answer that is JSON, but nested too deep to be checked, is refused', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const { gateway } = await start(json(`{"choices":[{"message":{"content":"${card}","odd":${deep}}}]}`))
  const response = await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'a' }] })
  const text = await response.text()
  expect([response.status, text]).toEqual([502, expect.stringContaining('nested too deep')])
})

test.each(['identity', ' Identity', ''])(
  'an answer whose encoding is %j is not taken for a compressed one',
  async (encoding) => {
    const { gateway } = await start((response, request) => {
      response.setHeader('content-encoding', encoding)
      return request.body.includes('"stream":true')
        ? stream([role, token(card), finish, done])(response, request)
        : json({ choices: [{ message: { content: card } }] })(response, request)
    })
    for (const isStream of [false, true]) {
      const response = await gateway.chat({
        model: 'm',
        messages: [{ role: 'user', content: 'a' }],
        stream: isStream,
      })
      const text = await response.text()
      expect(text).toContain('[card-number]')
      expect(text).not.toContain(card)
    }
  },
)

test('a text that is held back has arrived: the deadline of the first token is met', async () => {
  let begun = 0
  const guard = createTextGuard(
    [{ name: 'cards', action: 'mask', detector: detectors['card-number']() }],
    'answer',
    () => {},
  )
  const pieces = [role, token('4111 ')]
  const { body } = guardAnswer(
    {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: toBody(pieces),
      begun: () => void begun++,
      done() {},
    },
    { guard, provider: 'p', isStream: true, choices: 1, nowMs: () => 0, onWorked() {}, onRejected() {} },
  )
  const passed = body[Symbol.asyncIterator]()
  await passed.next()
  expect(begun).toBe(0)
  expect(Buffer.from((await passed.next()).value!).toString()).not.toContain('4111')
  expect(begun).toBe(1)
})

async function* toBody(pieces: string[]) {
  for (const piece of pieces) yield Buffer.from(piece)
}

test.each(natives)('an answer of %s is guarded in OpenAI’s form', async (name) => {
  const { type, begin, rest } = nativeStreams[name]
  const { upstream, gateway } = await startNative(
    (response) => {
      response.writeHead(200, { 'content-type': type })
      response.end(Buffer.concat([begin, rest]))
    },
    { guardrails: [{ ...cards, match: { regex: '你.' } }] },
  )
  opened.push(upstream, gateway)
  const { text, isDone } = await askStream(gateway, name)
  expect({ text, isDone }).toEqual({ text: 'grüß [cards]', isDone: true })
})

const callTool = (toolArguments: string) => ({
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: toolArguments } }],
})
const half = `[${'{},'.repeat(51_000)}1]`

test('tool call arguments of too many values in all are refused before they are parsed', async () => {
  const { upstream, gateway } = await start(json({ choices: [{ message: { content: 'a' } }] }))
  const message = { role: 'assistant', ...callTool(half) }
  const ask = (messages: object[]) => gateway.chat({ model: 'm', messages })
  expect((await ask([message])).status).toBe(200)
  const refused = await ask([message, message])
  expect(refused.status).toBe(400)
  const { error } = (await refused.json()) as ErrorBody
  expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('200000 values') })
  expect(upstream.received).toHaveLength(1)
})

test('an answer with such tool call arguments is not passed on', async () => {
  const message = { content: null, ...callTool(`${half}${half}`) }
  const { gateway } = await start(json({ choices: [{ message }] }))
  const response = await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'a' }] })
  expect(response.status).toBe(502)
  expect(((await response.json()) as ErrorBody).error.message).toContain('200000 values')
})

test('nor is one that streams, where no tool call has too many by itself', async () => {
  const call = (index: number) => {
    return delta({ tool_calls: [{ index, id: `c${index}`, function: { name: 'f', arguments: half } }] })
  }
  const { gateway } = await start(stream([role, token('a'), call(0), call(1), finish, done]))
  const asked = { model: 'm', messages: [{ role: 'user', content: 'a' }], stream: true }
  const text = await (await gateway.chat(asked)).text()
  expect(text).toContain('200000 values')
  expect(text).not.toContain('[DONE]')
})
