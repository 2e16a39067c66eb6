import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Node counts a connection as idle once its answer was handed over, even if a slow caller has not read all of it, and
 * closes it with the rest unsent. This makes `closeIdleConnections` do nothing while there is such a connection; a
 * drain calls it again soon.
 *
 * `newest`: the newest answer of each connection.
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
