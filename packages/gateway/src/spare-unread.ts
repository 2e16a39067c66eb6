import type { Server } from 'node:http'
import type { NewestAnswers } from './newest-answers.ts'

/**
 * Node counts a connection as idle once its answer was handed over, even if a slow caller has not read all of it, and
 * closes it with the rest unsent. This makes `closeIdleConnections` do nothing while there is such a connection; a
 * drain calls it again soon.
 */
export function spareUnread(server: Server, newest: NewestAnswers): void {
  const closeIdle = server.closeIdleConnections.bind(server)
  // `server.close` calls it, too.
  server.closeIdleConnections = () => {
    for (const answer of newest.list()) {
      if (answer?.writableEnded && !answer.writableFinished) return
    }
    closeIdle()
  }
}
