import { expect, test } from 'vitest'
import type { RunningGateway } from '../testing/gateway.ts'
import { type Answering, json } from '../testing/upstream.ts'
import { useServers } from '../testing/use-servers.ts'

const { serve, start } = useServers()
const search = (discovery: { provider: string; baseUrl: string; name?: string }[]) => start({ discovery })

async function names(gateway: RunningGateway): Promise<string[]> {
  const list = (await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: { id: string }[] }
  return list.data.map(({ id }) => id)
}

const list = (...ids: string[]) => json({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) })

test('offers what running servers list, and calls it there', async () => {
  const ollama = await serve((response, request) =>
    request.url === '/v1/models'
      ? list('llama3.2:3b', 'qwen3')(response, request)
      : json({ choices: [{ message: { content: 'hi' } }] })(response, request),
  )
  const gateway = await search([
    { provider: 'ollama', baseUrl: `${ollama.url}/v1` },
    { provider: 'vllm', baseUrl: 'http://127.0.0.1:1/v1' },
  ])
  await gateway.gateway.discover([])
  expect(await names(gateway)).toEqual(['ollama/llama3.2:3b', 'ollama/qwen3'])
  const model = await fetch(`${gateway.url}/v1/models/ollama/qwen3`)
  expect(await model.json()).toMatchObject({ owned_by: 'ollama', available: true, discovered: true })
  const response = await gateway.chat({ model: 'ollama/qwen3', messages: [{}] })
  expect(response.status).toBe(200)
  expect(JSON.parse(ollama.received.at(-1)!.body).model).toBe('qwen3')
  await response.text()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ costUsd: null, isUsageEstimated: true })
})

test('a virtual model whose server was not found cannot be called, and says why', async () => {
  const targets = [{ model: 'ollama/qwen3' }]
  const gateway = await start({
    discovery: [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:1/v1' }],
    virtualModels: [{ name: 'v', routing: { cheapest: { targets } } }],
  })
  const why = expect.stringContaining('A model server that it names was not found.')
  const listed = await fetch(`${gateway.url}/v1/models/v`)
  expect(await listed.json()).toMatchObject({ available: false, reason: why })
  const refused = await gateway.chat({ model: 'v', messages: [{}] })
  expect([refused.status, await refused.json()]).toMatchObject([503, { error: { message: why } }])
})

test('a server that does not answer holds up no other, and its time runs out', async () => {
  const silent = await serve(() => {})
  const quick = await serve(list('a'))
  const gateway = await search([
    { provider: 'vllm', baseUrl: `${silent.url}/v1` },
    { provider: 'ollama', baseUrl: `${quick.url}/v1`, name: 'box' },
  ])
  const searching = gateway.gateway.discover([])
  await expect.poll(() => names(gateway)).toEqual(['box/a'])
  await searching
})

test('the gateway’s own programs, and another gateway of this kind, are not offered as model servers', async () => {
  const self = await serve(list('a'))
  const other = await start({ models: [{ name: 'x', provider: 'ollama' }] })
  const gateway = await search([
    { provider: 'llamacpp', baseUrl: `${self.url.replace('127.0.0.1', 'localhost')}/v1` },
    { provider: 'vllm', baseUrl: `${other.url}/v1` },
  ])
  await gateway.gateway.discover([self.url])
  expect(await names(gateway)).toEqual([])
  expect(self.received).toEqual([])
})

test.each([
  ['a web page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['another list', json({ models: [{ name: 'a' }] })],
  ['no models yet', json({ object: 'list', data: null })],
  ['a refusal', json({ data: [{ id: 'a' }] }, 401)],
  ['an endless list', json({ data: [{ id: 'a' }], filler: 'x'.repeat(2_000_000) })],
] as [string, Answering][])('%s offers nothing', async (_what, answer) => {
  const server = await serve(answer)
  const gateway = await search([{ provider: 'lmstudio', baseUrl: `${server.url}/v1` }])
  await gateway.gateway.discover([])
  expect(await names(gateway)).toEqual([])
})

test('a found model whose name is in the config is not added', async () => {
  const server = await serve(list('a', 'v'))
  const targets = [{ model: 'ollama/a' }]
  const gateway = await start({
    models: [{ name: 'ollama/a', provider: 'openai' }],
    virtualModels: [{ name: 'ollama/v', routing: { cheapest: { targets } } }],
    discovery: [{ provider: 'ollama', baseUrl: `${server.url}/v1` }],
  })
  await gateway.gateway.discover([])
  const model = await fetch(`${gateway.url}/v1/models/ollama/a`)
  expect(await model.json()).toMatchObject({ owned_by: 'openai', available: false })
  expect(await names(gateway)).toEqual(['ollama/v', 'ollama/a'])
})
