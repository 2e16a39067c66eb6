import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Node takes a connection for idle as soon as its answer was handed over, though a slow caller has not read its end, and
 * closes it with what is left. From here on none is closed as idle while there is one like that: who drains asks again soon.
 *
 * `newest`: the last answer of a connection.
 */
export function spareUnread(server: Server, newest: WeakMap<Socket, ServerResponse>): void {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const closeIdle = server.closeIdleConnections.bind(server)
  // `server.close` calls it, too.
  server.closeIdleConnections = () => {
    for (const socket of open) {
      const answer = newest.get(socket)
      if (answer?.writableEnded && !answer.writableFinished) return
    }
    closeIdle()
  }
}
