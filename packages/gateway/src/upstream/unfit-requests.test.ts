/**
 * A model cannot take a request that another model might take: the request is at fault, and the server is healthy.
 * llama.cpp answers 500 to such a request, vLLM 400.
 */
import { expect, test } from 'vitest'
import { event } from '../testing/chunks.ts'
import { type ErrorBody, messages, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { json, startUpstream, stream } from '../testing/upstream.ts'

const opened = useOpened()

const refuse = (message: string, status: number) =>
  json({ error: { code: status, message, type: 'server_error' } }, status)
/** The words of llama.cpp b11549, with a 500; further down those of vLLM 0.32.0, with a 400. */
const blind = 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'
const tooLong =
  'input (3600 tokens) is too large to process. increase the physical batch size (current batch size: 512)'
const blindVllm = 'tiny is not a multimodal model'
const tooLongVllm =
  'max_tokens=100000 cannot be greater than max_model_len=2048. Please request fewer output tokens.'
const answer = json({ object: 'list', data: [], usage: { prompt_tokens: 1 } })

/**
 * `v` goes to `a`; `w` to `a`, then `b`; `l` to `a`, and with what is too long to `b`, because the first model for that
 * has no key. One failure opens a breaker.
 */
async function start(message: string, status = 500, refusal = refuse(message, status)) {
  const [a, b] = await Promise.all([startUpstream(refusal), startUpstream(answer)])
  const to = (...models: string[]) => ({
    priority: { targets: models.map((model, priority) => ({ model, priority })) },
  })
  const gateway = await startGateway({
    models: [
      { name: 'a', provider: 'llamacpp', params: { baseUrl: `${a.url}/v1` } },
      { name: 'b', provider: 'llamacpp', params: { baseUrl: `${b.url}/v1` } },
      { name: 'keyless', provider: 'openai', params: { apiKey: '$OPENAI_API_KEY' } },
    ],
    virtualModels: [
      { name: 'v', routing: to('a') },
      { name: 'w', routing: to('a', 'b') },
      { name: 'l', routing: to('a'), contextLengthFallbacks: ['keyless', 'b'] },
    ],
    policies: { circuitBreaker: { consecutiveFailures: 1 } },
  })
  opened.push(a, b, gateway)
  const ask = async (model: string) => {
    const response = await fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'a' }),
    })
    return { status: response.status, body: (await response.json()) as Partial<ErrorBody> }
  }
  return { a, b, gateway, ask }
}

test.each([blind, tooLong])('no retry, and no breaker that others would wait for: %s', async (message) => {
  const { a, gateway, ask } = await start(message)
  expect(await ask('v')).toMatchObject({ status: 500, body: { error: { message } } })
  expect(a.received).toHaveLength(1)
  expect(gateway.gateway.targets()[0]).toMatchObject({ breaker: 'closed', failuresInARow: 0 })
  expect((await ask('v')).body.error?.code).not.toBe('targets_resting')
})

test.each([blind, tooLong])('nor where it is told in an event of a stream: %s', async (message) => {
  const told = stream([event({ error: { code: 500, message, type: 'server_error' } })])
  const { gateway } = await start(message, 500, told)
  await (await gateway.chat({ model: 'v', messages, stream: true })).text()
  expect(gateway.gateway.targets()[0]).toMatchObject({ breaker: 'closed', failuresInARow: 0 })
})

test.each([
  [blind, 500],
  [blindVllm, 400],
])('what one model has no place for goes to the next: %s', async (message, status) => {
  const { a, b, ask } = await start(message, status)
  expect(await ask('w')).toMatchObject({ status: 200 })
  expect([a.received.length, b.received.length]).toEqual([1, 1])
})

test.each([
  [tooLong, 500],
  [tooLongVllm, 400],
])('what is too long goes to the models for that: %s', async (message, status) => {
  const { a, b, ask } = await start(message, status)
  expect(await ask('l')).toMatchObject({ status: 200 })
  expect([a.received.length, b.received.length]).toEqual([1, 1])
})

test('so does what is told with a good status, by a code alone', async () => {
  const told = json({ error: { code: 'context_length_exceeded', message: 'No.' } })
  const { a, b, ask } = await start('No.', 200, told)
  expect(await ask('l')).toMatchObject({ status: 200 })
  expect([a.received.length, b.received.length]).toEqual([1, 1])
})
