import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createConnections } from './connections.ts'

async function listen() {
  const server = createServer()
  server.on('connection', (socket) => socket.resume())
  const opened = once(server, 'connection') as Promise<[Socket]>
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const count = () => new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)))
  return { opened, count, origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

test.each<[string, number, boolean]>([
  ['that no call takes is closed after a while', 1, false],
  ['that no call has taken is closed with all others', 60_000, true],
])('a socket %s', async (_what, spareMsMax, isClosed) => {
  const provider = await listen()
  const connections = createConnections({ spareMsMax })
  await connections.openAhead(provider.origin, 1)
  const [socket] = await provider.opened
  if (isClosed) await connections.close()
  await once(socket.resume(), 'close')
  await connections.close()
  provider.close()
})

test('a socket that opens only after the close is closed with it', async () => {
  const provider = await listen()
  const connections = createConnections()
  const opening = connections.openAhead(provider.origin, 1)
  await connections.close()
  expect(await opening).toBe(0)
  const [socket] = await provider.opened
  await once(socket, 'close')
  provider.close()
})

test('many that ask at the same time open no more connections than one of them needs', async () => {
  const provider = await listen()
  const connections = createConnections()
  const ready = await Promise.all(Array.from({ length: 50 }, () => connections.openAhead(provider.origin, 3)))
  expect(new Set(ready)).toEqual(new Set([3]))
  await expect.poll(provider.count).toBe(3)
  await connections.close()
  await expect.poll(provider.count).toBe(0)
  provider.close()
})
