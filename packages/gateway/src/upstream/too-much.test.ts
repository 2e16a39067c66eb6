/** A small answer of many small values would hold up all other calls for seconds while it is read. */
import { expect, test } from 'vitest'
import { done, event, finish, head, token } from '../testing/chunks.ts'
import { type ErrorBody, messages, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { cards } from '../testing/guarded.ts'
import { claude, native } from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json, startUpstream, stream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(answer: Answering): Promise<RunningGateway> {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'none' }
  const names = ['custom', 'anthropic', 'gemini']
  const gateway = await startGateway({
    models: [
      ...names.map((provider) => ({ name: provider, provider, params })),
      { name: 'guarded', provider: 'custom', params },
    ],
    policies: { guardrails: [{ ...cards, on: ['response'], models: ['guarded'] }] },
  })
  opened.push(upstream, gateway)
  return gateway
}

const many = (count: number) => `[${'{},'.repeat(count)}{}]`
const wholes: [model: string, body: string][] = [
  ['custom', `{"choices":${many(1_000_000)}}`],
  ['guarded', `{"choices":${many(1_000_000)}}`],
  ['anthropic', `{"content":${many(1_000_000)}}`],
  ['gemini', `{"candidates":${many(1_000_000)}}`],
]
test.each(wholes)('a whole answer of too many values is refused: %s', async (model, body) => {
  const gateway = await start(json(body))
  const response = await gateway.chat({ model, messages })
  const { error } = (await response.json()) as ErrorBody
  expect(response.status).toBe(502)
  expect(error).toMatchObject({ code: 'bad_response', message: expect.stringContaining('2000000 values') })
})

const streams: [model: string, first: string, event: string, code: string][] = [
  ['custom', token('a'), event(`{"choices":${many(100_000)}}`), 'malformed_stream'],
  ['guarded', token('a'), event(`{"choices":${many(100_000)}}`), 'malformed_stream'],
  ['anthropic', claude.start + claude.text, `data: {"x":${many(100_000)}}\n\n`, 'bad_response'],
  ['gemini', '', `data: {"candidates":${many(100_000)}}\n\n`, 'bad_response'],
]
test.each(streams)('so is an event of them: %s', async (model, first, tooMuch, code) => {
  const gateway = await start(stream([first, tooMuch]))
  const response = await gateway.chat({ model, messages, stream: true })
  expect(await response.text()).toContain(`"code":"${code}"`)
})

test('an event of too many values, which is JSON, is not called something else', async () => {
  const gateway = await start(stream([token('a'), event(`{"choices":${many(100_000)}}`)]))
  const text = await (await gateway.chat({ model: 'custom', messages, stream: true })).text()
  expect(text).toContain(
    'an event that cannot be read in the middle of its answer: it is not JSON, too large, or',
  )
})

test.each([true, false])('and more answers than anybody can ask for; stream: %s', async (isStream) => {
  const candidates = Array.from({ length: 129 }, (_, index) => ({
    index,
    content: { parts: [{ text: 'a' }] },
  }))
  const gateway = await start(isStream ? stream([native({ candidates })]) : json({ candidates }))
  const response = await gateway.chat({ model: 'gemini', messages, stream: isStream })
  expect(await response.text()).toContain('more than 128 answers')
})

test('embeddings of many numbers, and a long event of few values, pass', async () => {
  const embeddings = await start(json(`{"data":[{"embedding":[${'1,'.repeat(2_500_000)}1]}]}`))
  const body = JSON.stringify({ model: 'custom', input: 'a' })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${embeddings.url}/v1/embeddings`, { method: 'POST', headers, body })
  expect((await response.text()).length).toBeGreaterThan(5_000_000)
  expect(response.status).toBe(200)

  const image = event({ ...head, choices: [{ index: 0, delta: { content: '{,'.repeat(300_000) } }] })
  const passed = await (await start(stream([image, finish, done]))).chat({
    model: 'custom',
    messages,
    stream: true,
  })
  expect(await passed.text()).toBe(image + finish + done)
})
