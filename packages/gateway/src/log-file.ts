/**
 * Where the log is written. When the disk is full, up to 4 MB of lines wait for it, further lines are lost and counted,
 * and calls go on.
 *
 * pino's own destination would end the process then, and not even that would work: an error without a listener is
 * thrown, and its `flushSync`, which pino calls at every exit, retries for ever.
 */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { destination } from 'pino'

export interface LogFile {
  write(line: string): void
  /** How many lines were lost since the start. */
  lostLines(): number
  /** Writes the lines that wait, if it can. Resolves within a second. Later lines are not written. */
  close(): Promise<void>
}

/** Some 10,000 lines. */
const waitingBytesMax = 4_000_000
const closeMsMax = 1_000

/** Takes over the file descriptor: `close` closes it. */
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
      // Otherwise pino would flush it at the exit.
      stream.destroy()
    },
  }
}
