/** Two servers of one provider, with the same model: headers, logs and errors name the one that a call was sent to. */
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { type ErrorBody, messages, startGateway } from './testing/gateway.ts'
import { json, startUpstream } from './testing/upstream.ts'

test('headers, log lines and errors tell two servers of one provider apart', async () => {
  const upstream = await startUpstream(json({ model: 'llama', choices: [{ message: { content: 'a' } }] }))
  const site = (name: string, url: string) => ({
    ...{ name, provider: 'custom' },
    params: { baseUrl: `${url}/v1`, model: 'llama' },
  })
  const gateway = await startGateway({
    models: [site('site-größe', upstream.url), site('site-b', await nowhere())],
  })
  const good = await gateway.chat({ model: 'site-größe', messages })
  await good.text()
  expect(decodeURIComponent(good.headers.get('x-gateway-target')!)).toBe('site-größe')
  const bad = await gateway.chat({ model: 'site-b', messages })
  const { error } = (await bad.json()) as ErrorBody
  expect(bad.headers.get('x-gateway-target')).toBe('site-b')
  expect(error.message).toMatch(/^site-b \(custom\) could not be reached at /)
  await expect
    .poll(() => gateway.logs)
    .toMatchObject([
      { target: 'site-größe', provider: 'custom', servedModel: 'llama' },
      { target: 'site-b', provider: 'custom', servedModel: 'llama' },
    ])
  await gateway.close()
  await upstream.close()
})

/** The URL of a port on which nothing listens any more. */
async function nowhere(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
