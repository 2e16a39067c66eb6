import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The newest answer of each open connection, as long as it, or its request, is not over. An idle connection holds none:
 * an answer holds its request, whose listeners hold the body, so each would keep its last prompt until the next.
 */
export interface NewestAnswers {
  note(answer: ServerResponse): void
  /** undefined when the connection is idle or closed. */
  of(socket: Socket): ServerResponse | undefined
  list(): Iterable<ServerResponse | undefined>
}

export function createNewestAnswers(server: Server): NewestAnswers {
  // An entry lives as long as its connection: a Map in which something comes and goes with each call outlives its calls.
  const newest = new Map<Socket, ServerResponse | undefined>()
  server.on('connection', (socket) => {
    newest.set(socket, undefined)
    socket.once('close', () => newest.delete(socket))
  })
  return {
    note(answer) {
      const { socket } = answer.req
      newest.set(socket, answer)
      answer.on('close', () => {
        if (answer.req.complete && newest.get(socket) === answer) newest.set(socket, undefined)
      })
    },
    of: (socket) => newest.get(socket),
    list: () => newest.values(),
  }
}
