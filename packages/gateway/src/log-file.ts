/**
 * Where the log goes. Its disk may be full: then lines wait for it, what comes on top is lost and counted, and calls go on.
 *
 * pino's own destination would end the process there, and would not even come to its end: an error that nobody listens to is
 * thrown, and its `flushSync`, which pino calls at every exit, tries for ever.
 */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { destination } from 'pino'

export interface LogFile {
  write(line: string): void
  /** Since the start. */
  lostLines(): number
  /** Writes what waits, if it can. Resolves within a second; later lines go nowhere. */
  close(): Promise<void>
}

/** Some 10,000 lines. */
const waitingBytesMax = 4_000_000
const closeMsMax = 1_000

/** The file is its own from now on: closing the one closes the other. */
export function createLogFile(fileDescriptor: number, bytesMax = waitingBytesMax): LogFile {
  const stream = destination({ dest: fileDescriptor, sync: false, maxLength: bytesMax })
  const flushSync = stream.flushSync.bind(stream)
  let isFailing = false
  let isClosed = false
  let lost = 0
  stream.on('error', () => {
    isFailing = true
  })
  stream.on('write', () => {
    isFailing = false
  })
  stream.on('drop', () => lost++)
  stream.flushSync = () => {
    if (!isFailing) flushSync()
  }
  return {
    write(line) {
      if (!isClosed) stream.write(line)
    },
    lostLines: () => lost,
    async close() {
      isClosed = true
      stream.end()
      const isWritten = once(stream, 'close').catch(() => {})
      await Promise.race([isWritten, setTimeout(closeMsMax, undefined, { ref: false })])
      // Or pino would flush it at the exit.
      stream.destroy()
    },
  }
}
