/** A response is kept by the account that made it: a virtual model tries its accounts until it finds that one. */
import { expect, test } from 'vitest'
import { type ErrorBody, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { json, startUpstream } from '../testing/upstream.ts'

const opened = useOpened()

const message = "Previous response with id 'resp_1' not found."
const unknown = json({ error: { message, param: 'x', code: 'previous_response_not_found' } }, 400)
const answer = json({ object: 'response', id: 'resp_2', output: [], usage: { input_tokens: 1 } })

/** `v` goes to `a`, and then to `b`. */
async function start(answerOfB = answer) {
  const [a, b] = await Promise.all([startUpstream(unknown), startUpstream(answerOfB)])
  const gateway = await startGateway({
    models: [
      { name: 'a', provider: 'custom', params: { baseUrl: `${a.url}/v1` } },
      { name: 'b', provider: 'custom', params: { baseUrl: `${b.url}/v1` } },
    ],
    virtualModels: [
      {
        name: 'v',
        routing: { priority: { targets: ['a', 'b'].map((model, priority) => ({ model, priority })) } },
      },
    ],
  })
  opened.push(a, b, gateway)
  const goOn = async (model: string) => {
    const response = await fetch(`${gateway.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'and?', previous_response_id: 'resp_1' }),
    })
    return { status: response.status, body: (await response.json()) as ErrorBody & { id?: string } }
  }
  return { a, b, gateway, goOn }
}

test('the account that keeps it answers; health and latency of the other one are as before', async () => {
  const { a, b, gateway, goOn } = await start()
  expect(await goOn('v')).toMatchObject({ status: 200, body: { id: 'resp_2' } })
  expect([a.received.length, b.received.length]).toEqual([1, 1])
  expect(gateway.gateway.targets()[0]).toMatchObject({
    breaker: 'closed',
    firstTokenMs: null,
    answerMs: null,
  })
})

test.each(['v', 'a'])('where nobody keeps it, the caller of %s is told so', async (model) => {
  const { goOn } = await start(unknown)
  const { status, body } = await goOn(model)
  expect([status, body.error.code, body.error.message]).toEqual([400, 'previous_response_not_found', message])
})
