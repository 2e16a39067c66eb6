import { expect, test } from 'vitest'
import { done, event, finish, head, token } from '../testing/chunks.ts'
import { messages, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { claude, native } from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from '../testing/upstream.ts'

const secret = 'sk-a/secret+of/ours'
const words = `Incorrect API key provided: ${secret} (Bearer ${secret})`
const opened = useOpened()

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

type Way = [what: string, path: string, model: string, isStream: boolean, answer: Answering]

/** `write`: how the provider writes its JSON. */
const toWays = (write: (json: string) => string): Way[] => {
  const chat = 'chat/completions'
  const text = write(JSON.stringify(told))
  const claudeText = write(JSON.stringify(toldByClaude))
  const claudeStream = stream([claude.start + claude.text, write(native(toldByClaude))])
  const beside = write(JSON.stringify({ ...head, ...told, choices: [choice] }))
  const hidden = write(`error: ${JSON.stringify(told.error)}\n\n`)
  return [
    ['in place of an answer', chat, 'gpt', false, json(text)],
    ['beside an answer', chat, 'gpt', false, json(beside)],
    ['in place of a stream', chat, 'gpt', true, json(text)],
    ['beside an answer that becomes a stream', chat, 'gpt', true, json(beside)],
    ['in the first event', chat, 'gpt', true, stream([event(text)])],
    ['in a later event', chat, 'gpt', true, stream([token('a'), event(text), done])],
    ['in the read of a token', chat, 'gpt', true, stream([token('a') + event(text) + done])],
    ['in a field of no standard', chat, 'gpt', true, stream([token('a'), hidden])],
    ['in a refusal', chat, 'gpt', true, json(text, 401)],
    ['in a refusal that is no JSON', chat, 'gpt', true, json(`no: ${text}`, 401)],
    ['of a provider that is translated', chat, 'claude', false, json(claudeText)],
    ['in a stream that is translated', chat, 'claude', true, claudeStream],
    ['of Anthropic’s own form', 'messages', 'claude', false, json(claudeText)],
    ['in a stream of Anthropic’s own form', 'messages', 'claude', true, claudeStream],
  ]
}

const written = (as: string) => (text: string) => text.replaceAll(secret, as)
const writers: [how: string, write: (json: string) => string][] = [
  ['as it is', (text) => text],
  ['with escaped slashes', written('sk-a\\/secret+of\\/ours')],
  ['with numbers for letters', written('\\u0073k-a/secret\\u002Bof\\u002fours')],
  ['as it was quoted', written('sk-a\\\\/secret\\\\u002bof\\\\\\/ours')],
]
const ways = writers.flatMap(([how, write]) =>
  toWays(write).map(([what, ...way]): Way => [`${what}, ${how}`, ...way]),
)

test.each(ways)('an error tells no key: %s', async (_what, path, model, isStream, answer) => {
  const { gateway } = await start(answer)
  const response = await fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages, max_tokens: 9, stream: isStream }),
  })
  const text = await response.text()
  expect(text).toContain('[key] (Bearer [key])')
  expect(text).not.toMatch(/secret.{1,9}of/)
})

/** The secret at two places at which a message that is shortened could be cut in the middle of the secret. */
const longs = [485, 1_990].map((letters) => 'x'.repeat(letters) + secret + 'x'.repeat(10_000))

test.each(
  longs.flatMap((long): [string, string, boolean, Answering][] => {
    const ofClaude = { type: 'error', error: { type: 'authentication_error', message: long } }
    return [
      ['in a message', 'gpt', false, json({ error: { message: long, code: 401 } })],
      ['in an error without a message', 'gpt', false, json({ error: { why: long } })],
      ['in a field of no standard', 'gpt', true, stream([token('a'), `error: ${long}\n\n`])],
      ['of a provider that is translated', 'claude', false, json(ofClaude)],
      ['in a refusal that is translated', 'claude', false, json(ofClaude, 401)],
      [
        'in a stream that is translated',
        'claude',
        true,
        stream([claude.start + claude.text, native(ofClaude)]),
      ],
    ]
  }),
)('nor does a long error contain half of it: %s', async (_what, model, isStream, answer) => {
  const { gateway } = await start(answer)
  const text = await (await gateway.chat({ model, messages, stream: isStream })).text()
  expect(text).not.toContain('sk-a')
  // Only the error, not the events before it, which are passed on as they came.
  expect(text.trim().split('\n\n').at(-1)!.length).toBeLessThan(2_500)
})

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

/** The error event that the caller gets, from a target with this key and header; it comes in one read with a token. */
async function errorOf(apiKey: string, header: string, words: string): Promise<string> {
  const upstream = await startUpstream(stream([token('a') + event(words) + done]))
  const params = { baseUrl: `${upstream.url}/v1`, apiKey, headers: { 'x-project': '$PROJECT' } }
  const models = [{ name: 'gpt', provider: 'custom', params }]
  const gateway = await startGateway({ models }, { variables: { PROJECT: header } })
  opened.push(upstream, gateway)
  const text = await (await gateway.chat({ model: 'gpt', messages, stream: true })).text()
  return text.trim().split('\n\n').at(-1)!
}
const refusal = (message: string) => JSON.stringify({ error: { message, param: null } })

test.each([
  ['the first', 'no sk-12345678', 'no [key]'],
  ['the second', 'no p/12345678', 'no [key]'],
  ['the second, escaped', 'no p\\/12345678', 'no [key]'],
])('of several secrets an error tells none: %s', async (_what, words, told) => {
  expect(await errorOf('sk-12345678', 'p/12345678', refusal(words))).toBe(`data: ${refusal(told)}`)
})

test.each([
  ['as it is', 'no sk-12345678-more'],
  ['escaped', 'no \\u0073k-12345678-more'],
])('a secret that begins with another one is replaced as a whole: %s', async (_how, words) => {
  expect(await errorOf('sk-12345678', 'sk-12345678-more', refusal(words))).toBe(
    `data: ${refusal('no [key]')}`,
  )
})

test('eight letters are a secret; fewer could be part of any word, and the error is passed on as it came', async () => {
  expect(await errorOf('12345678', 'x', refusal('no 12345678 "x"'))).toBe(`data: ${refusal('no [key] "x"')}`)
  expect(await errorOf('1234567', 'x', refusal('no 1234567 "x"'))).toBe(`data: ${refusal('no 1234567 "x"')}`)
})

test('where no secret was sent, a refusal passes as it came', async () => {
  const upstream = await startUpstream(json(refusal('no "x"'), 401))
  const models = [{ name: 'gpt', provider: 'custom', params: { baseUrl: `${upstream.url}/v1` } }]
  const gateway = await startGateway({ models })
  opened.push(upstream, gateway)
  expect(await (await gateway.chat({ model: 'gpt', messages })).text()).toBe(refusal('no "x"'))
})
