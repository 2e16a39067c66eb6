import { afterEach, expect, test } from 'vitest'
import { done, event, finish, head, token } from '../testing/chunks.ts'
import { messages, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { claude, native } from '../testing/native.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from '../testing/upstream.ts'

const secret = 'sk-a-secret-of-ours'
const words = `Incorrect API key provided: ${secret} (Bearer ${secret})`
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function start(answer: Answering): Promise<{ upstream: Upstream; gateway: RunningGateway }> {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: secret }
  const models = [
    { name: 'gpt', provider: 'custom', params },
    { name: 'claude', provider: 'anthropic', params },
  ]
  const gateway = await startGateway({ models })
  opened.push(upstream, gateway)
  return { upstream, gateway }
}

const told = { error: { message: words, code: 401 } }
const toldByClaude = { type: 'error', error: { type: 'authentication_error', message: words } }
const choice = { index: 0, message: { role: 'assistant', content: 'par' }, finish_reason: 'error' }

const ways: [what: string, path: string, model: string, isStream: boolean, answer: Answering][] = [
  ['in place of an answer', 'chat/completions', 'gpt', false, json(told)],
  ['beside an answer', 'chat/completions', 'gpt', false, json({ ...head, ...told, choices: [choice] })],
  ['in place of a stream', 'chat/completions', 'gpt', true, json(told)],
  ['in the first event', 'chat/completions', 'gpt', true, stream([event(told)])],
  ['in a later event', 'chat/completions', 'gpt', true, stream([token('a'), event(told), done])],
  ['in the read of a token', 'chat/completions', 'gpt', true, stream([token('a') + event(told) + done])],
  [
    'in a field of no standard',
    'chat/completions',
    'gpt',
    true,
    stream([token('a'), `error: ${JSON.stringify(told.error)}\n\n`]),
  ],
  ['of a provider that is translated', 'chat/completions', 'claude', false, json(toldByClaude)],
  [
    'in a stream that is translated',
    'chat/completions',
    'claude',
    true,
    stream([claude.start + claude.text, native(toldByClaude)]),
  ],
  ['of Anthropic’s own form', 'messages', 'claude', false, json(toldByClaude)],
  [
    'in a stream of Anthropic’s own form',
    'messages',
    'claude',
    true,
    stream([claude.start + claude.text, native(toldByClaude)]),
  ],
]

test.each(ways)(
  'an error with a good status tells no key: %s',
  async (_what, path, model, isStream, answer) => {
    const { gateway } = await start(answer)
    const response = await fetch(`${gateway.url}/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, max_tokens: 9, stream: isStream }),
    })
    const text = await response.text()
    expect(text).toContain('[key] (Bearer [key])')
    expect(text).not.toContain(secret)
  },
)

test.each([200, 401])('nor does a header that passes, with status %i', async (status) => {
  const body = status === 200 ? { ...head, choices: [choice] } : told
  const { gateway } = await start(json(body, status, { 'x-request-id': secret }))
  const response = await gateway.chat({ model: 'gpt', messages })
  expect(response.headers.get('x-request-id')).toBe('[key]')
})

test('in an answer the same letters are a word of the model’s', async () => {
  const answer = [token('a'), token(secret), finish, done]
  const { gateway } = await start(stream(answer))
  const response = await gateway.chat({ model: 'gpt', messages, stream: true })
  expect(await response.text()).toBe(answer.join(''))
})
