import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { collectGarbage } from './testing/collect-garbage.ts'
import { messages, oneModel, startGateway } from './testing/gateway.ts'
import { json, startUpstream } from './testing/upstream.ts'

test('an idle connection keeps nothing of its last request, and nothing keeps a closed one', async () => {
  const upstream = await startUpstream(json({ choices: [{ message: { content: 'Four.' } }] }))
  const gateway = await startGateway(oneModel(upstream.url))
  let arrived: WeakRef<IncomingMessage> | undefined
  let opened: WeakRef<Socket> | undefined
  gateway.gateway.server.on('request', (request) => {
    arrived = new WeakRef(request)
    opened = new WeakRef(request.socket)
  })
  const agent = new Agent({ keepAlive: true })
  const headers = { 'content-type': 'application/json' }
  const asked = httpRequest(`${gateway.url}/v1/chat/completions`, { agent, method: 'POST', headers })
  asked.end(JSON.stringify({ model: 'm', messages }))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  expect(await text(answer)).toContain('Four.')
  await expect.poll(() => isCollected(arrived), { timeout: 10_000 }).toBe(true)
  expect(Object.values(agent.freeSockets)).toHaveLength(1)
  agent.destroy()
  await expect.poll(() => isCollected(opened), { timeout: 10_000 }).toBe(true)
  await gateway.close()
  await upstream.close()
})

function isCollected(ref: WeakRef<object> | undefined): boolean {
  collectGarbage()
  return ref?.deref() === undefined
}
