import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createConnection } from './connection.ts'
import type { Start } from './start.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that records in which order sockets were opened and requests came. */
async function startServer() {
  const seen: string[] = []
  const server = createServer((_request, response) => {
    seen.push('request')
    response.end('{}')
  })
  const arrived = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      seen.push('connection')
      resolve(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, arrived, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A lane's connection with its request waiting on it. */
function layRequest(origin: string, start: Start) {
  const connection = createConnection(origin, { start, now: () => process.hrtime.bigint() })
  closing.push(() => connection.close())
  const ended = new Promise<Error | null>((resolve) => {
    connection.dispatcher.dispatch(
      { origin, path: '/', method: 'POST', body: '{}' },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(null),
        onResponseError: (_controller, error) => resolve(error),
      },
    )
  })
  return { connection, ended }
}

test('the socket is open before the light, the request leaves on it at the light and not before', async () => {
  const { seen, origin, arrived } = await startServer()
  const { connection, ended } = layRequest(origin, 'corked')
  await Promise.all([connection.ready, arrived])
  expect(connection.connectMs).toBeGreaterThanOrEqual(0)
  connection.stage()
  // Had anything been written to the socket, it would have arrived before this answer.
  await (await fetch(`${origin}/other`)).text()
  expect(seen.filter((each) => each === 'request')).toHaveLength(1)
  seen.length = 1
  seen.push('light')
  expect(connection.release()).toBe(true)
  expect(await ended).toBeNull()
  expect(seen).toEqual(['connection', 'light', 'request'])
})

test('a cold start opens nothing before the light', async () => {
  const { seen, origin } = await startServer()
  const { connection, ended } = layRequest(origin, 'cold')
  await connection.ready
  seen.push('light')
  expect(connection.release()).toBe(false)
  expect(await ended).toBeNull()
  expect(seen).toEqual(['light', 'connection', 'request'])
})

test('where no server listens, the lane leaves cold and fails as any request would', async () => {
  const { connection, ended } = layRequest('http://127.0.0.1:1', 'corked')
  await connection.ready
  expect(connection.release()).toBe(false)
  expect(await ended).toMatchObject({ code: 'ECONNREFUSED' })
})

test('a lane that is ended before the light leaves no connection open', async () => {
  const { seen, origin, arrived } = await startServer()
  const { connection, ended } = layRequest(origin, 'corked')
  const [, socket] = await Promise.all([connection.ready, arrived])
  const gone = once(socket, 'close')
  connection.close()
  expect(await ended).toBeInstanceOf(Error)
  await gone
  expect(seen).toEqual(['connection'])
})
