/** A provider can give a model and an answer names of any length: what the gateway keeps of them is bounded. */
import { expect, test } from 'vitest'
import { done, event, events, finish, head, usage } from './testing/chunks.ts'
import { messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { claude, native } from './testing/native.ts'
import { useOpened } from './testing/opened.ts'
import { reporting } from './testing/reports.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from './testing/upstream.ts'

const opened = useOpened()

const long = 'x'.repeat(100_000)
const kept = 'x'.repeat(200)

async function start(answer: Answering): Promise<RunningGateway> {
  const upstream: Upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'none' }
  const models = ['custom', 'anthropic', 'gemini'].map((provider) => ({ name: provider, provider, params }))
  const gateway = await startGateway({ models })
  opened.push(upstream, gateway)
  return gateway
}

const named = { ...head, id: long, model: long }
const choice = { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }
const said = { index: 0, delta: { content: 'a' }, finish_reason: null }

test.each([
  ['a whole answer', false, json({ ...named, choices: [choice], usage })],
  ['a stream', true, stream([event({ ...named, choices: [said] }), finish, done])],
])('a long name of a model is cut in metrics, log and header: %s', async (_what, isStream, answer) => {
  const gateway = await start(answer)
  const response = await gateway.chat({ model: 'custom', messages, stream: isStream }, reporting)
  const text = await response.text()
  // The caller gets the provider's own bytes.
  expect(text).toContain(long)
  if (isStream) expect(events(text).at(-2)).toMatchObject({ id: kept, model: kept, gateway: {} })
  expect(response.headers.get('x-gateway-model')).toBe(kept)
  const metrics = await (await fetch(gateway.metricsUrl)).text()
  expect(metrics).toContain(`"${kept}"`)
  expect(metrics).not.toContain(`${kept}x`)
  expect(gateway.logs.at(-1)).toMatchObject({ servedModel: kept })
})

const message = { id: long, model: long, usage: { input_tokens: 1, output_tokens: 1 } }
const part = { functionCall: { name: 'f', args: {} } }
const candidates = [{ content: { parts: [part, part] }, index: 0, finishReason: 'STOP' }]

test.each([
  ['anthropic', [native({ type: 'message_start', message }), claude.text, claude.stop('end_turn')]],
  ['gemini', [native({ candidates, responseId: long, modelVersion: long })]],
])('and in every chunk that is made of it: %s', async (model, pieces) => {
  const gateway = await start(stream(pieces))
  const text = await (await gateway.chat({ model, messages, stream: true })).text()
  expect(text).toContain(kept)
  expect(text).not.toContain(`${kept}x`)
  expect(text).toContain('[DONE]')
})
