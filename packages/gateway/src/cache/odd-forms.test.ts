import { expect, test } from 'vitest'
import { oneModel, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { json, startUpstream } from '../testing/upstream.ts'

const opened = useOpened()

async function start() {
  const message = { role: 'assistant', content: 'whole' }
  const upstream = await startUpstream(json({ choices: [{ message, finish_reason: 'stop' }] }))
  const gateway = await startGateway({ ...oneModel(upstream.url), policies: { cache: { mode: 'exact' } } })
  opened.push(upstream, gateway)
  return async (body: string) => {
    const response = await gateway.chat(body)
    return [response.headers.get('x-gateway-cache'), response.status, await response.text()]
  }
}

test('JSON that came where a stream was asked for is the same stream again', async () => {
  const ask = await start()
  const body = '{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}'
  const [, , text] = await ask(body)
  expect(text).toContain('[DONE]')
  expect(await ask(body)).toEqual(['hit', 200, text])
})

test('a request that is nested too deep for a key bypasses the cache', async () => {
  const ask = await start()
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const [outcome, status] = await ask(`{"model":"m","messages":[{"role":"user","content":${deep}}]}`)
  expect([outcome, status]).toEqual(['bypass', 200])
})
