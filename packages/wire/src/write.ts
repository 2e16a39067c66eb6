/**
 * Writes to a socket no faster than its reader reads.
 *
 * Wait for drain *or* close: a peer that left never drains. And not for ever: a reader that reads nothing within
 * `drainMsMax` is too slow, so that it can be dropped and come back for the rest. Ignoring `write() === false` queued
 * 259 MB in four seconds; waiting for drain 0.02 MB.
 */
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'

export type Written = 'written' | 'closed' | 'too slow'

export function writeWhenReady(
  socket: Writable,
  bytes: string | Uint8Array,
  drainMsMax: number,
): Promise<Written> {
  if (isGone(socket)) return Promise.resolve('closed')
  return socket.write(bytes) ? Promise.resolve('written') : whenDrained(socket, drainMsMax)
}

/**
 * Sends what was written to an answer to the kernel now. By itself Node keeps it until all work of this turn of the
 * event loop is done, including that for other answers.
 */
export function flush(response: ServerResponse): void {
  response.socket?.uncork()
}

/** To be called after a write that filled the socket. */
export function whenDrained(socket: Writable, drainMsMax: number): Promise<Written> {
  return new Promise((resolve) => {
    const settle = (written: Written) => () => {
      clearTimeout(timer)
      socket.off('drain', onDrain).off('close', onClose).off('error', onClose)
      resolve(written)
    }
    const onDrain = settle('written')
    const onClose = settle('closed')
    const timer = setTimeout(settle('too slow'), drainMsMax)
    socket.on('drain', onDrain).on('close', onClose).on('error', onClose)
  })
}

export function isGone(socket: Writable): boolean {
  return socket.destroyed || socket.writableEnded
}
