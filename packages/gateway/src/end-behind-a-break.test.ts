/**
 * A broken event and the event that ends the answer, in one read of an answer that has begun. The end must not be
 * passed on: a reader of it would take the answer for whole, and never see the error after it.
 */
import { expect, test } from 'vitest'
import { done, event, finish, token } from './testing/chunks.ts'
import { messages, startGateway } from './testing/gateway.ts'
import { claude } from './testing/native.ts'
import { useOpened } from './testing/opened.ts'
import { startUpstream } from './testing/upstream.ts'

const opened = useOpened()
const typed = (type: string, more: object) => `event: ${type}\n${event({ type, ...more })}`
const openAi = { stream_options: { include_usage: true } }

test.each([
  ['chat/completions', 'openai', { messages, ...openAi }, token('a'), finish + done, /\[DONE\]/],
  ['chat/completions', 'openai', { messages }, token('a'), finish + done, /\[DONE\]/],
  [
    'completions',
    'openai',
    { prompt: 'a', ...openAi },
    event({ choices: [{ text: 'a', index: 0, finish_reason: null }] }),
    event({ choices: [{ text: '', index: 0, finish_reason: 'stop' }] }) + done,
    /\[DONE\]/,
  ],
  [
    'responses',
    'openai',
    { input: 'a' },
    typed('response.output_text.delta', { delta: 'a' }),
    typed('response.completed', { response: { status: 'completed' } }),
    /response\.completed/,
  ],
  [
    'responses',
    'openai',
    { input: 'a' },
    typed('response.output_text.delta', { delta: 'a' }),
    typed('response.incomplete', { response: { status: 'incomplete' } }),
    /response\.incomplete/,
  ],
  [
    'messages',
    'anthropic',
    { messages, max_tokens: 9 },
    claude.start + claude.text,
    typed('message_stop', {}),
    /message_stop/,
  ],
])('/v1/%s of %s, asked for %j: the error is the last that is read, and no end', async (...row) => {
  const [path, provider, asked, begin, end, endWord] = row
  const first = Promise.withResolvers<void>()
  const upstream = await startUpstream(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(begin)
    await first.promise
    response.end(`data: {"half\n\n${end}`)
  })
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key', model: 'm' }
  const gateway = await startGateway({ models: [{ name: 'a', provider, params }] })
  opened.push(upstream, gateway)
  const response = await fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'a', stream: true, ...asked }),
  })
  let answer = ''
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    answer += piece
    first.resolve()
  }
  expect(answer.startsWith(begin)).toBe(true)
  expect(answer).not.toMatch(endWord)
  expect(answer.slice(begin.length)).toMatch(/"error".*incomplete/)
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'malformed_stream' })
})
