import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'vitest'
import { createConnections } from './connections.ts'

async function listen() {
  const server = createServer()
  const opened = once(server, 'connection') as Promise<[Socket]>
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { opened, origin: `http://127.0.0.1:${port}`, close: () => server.close() }
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
