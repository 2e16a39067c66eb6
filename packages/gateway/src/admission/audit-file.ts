/**
 * Appends lines to a file that is rotated by size, and never makes a call wait or fail. `audit.log` is the file being
 * written, `audit.log.1` the newest full one.
 *
 * Written by hand, because lost lines must be counted and nothing is allowed to block: pino's rotating destinations run
 * in a thread of their own, which reports no lost lines.
 */
import { appendFile, mkdir, rename, rm, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export interface AuditFile {
  write(line: string): void
  /** Sets new limits, which hold from the next write on. */
  limit(to: { maxBytes: number; keep: number }): void
  /** Writes the lines that wait, for a second at most. Those that wait even then are lost. */
  close(): Promise<void>
}

export interface AuditFileOptions {
  path: string
  maxBytes: number
  /** How many full files are kept. */
  keep: number
  /** So many lines were lost. `isFirst`: the first loss since lines were last written. */
  onLost(lines: number, error: Error, isFirst: boolean): void
  /** Lines are written again after some were lost. */
  onBack(): void
}

/** Lines that wait in memory for a slow disk, some 4 MB. Lines beyond these are lost, and counted. */
const waitingMax = 10_000
/**
 * Between two appends, so that the lines of a busy moment share one. A crash loses the lines of at most this time. The
 * first line is written at once.
 */
const gatherMs = 100
/** The end of the gateway does not wait longer for the disk. */
const closeMsMax = 1_000
const tooSlow = 'the disk is too slow'

export function createAuditFile(given: AuditFileOptions): AuditFile {
  let options = given
  const waiting: string[] = []
  let writing: Promise<void> | null = null
  const closing = new AbortController()
  let isLosing = false
  /** The file may end in half a line: a full disk took a part of it, and the part could not be cut off again. */
  let isTorn = false

  const lose = (lines: number, error: Error) => {
    options.onLost(lines, error, !isLosing)
    isLosing = true
  }
  const drain = async () => {
    while (waiting.length > 0) {
      const lines = takeBatch(waiting, options.maxBytes)
      const text = `${isTorn ? '\n' : ''}${lines.join('')}`
      try {
        const size = await makeRoom(options, Buffer.byteLength(text))
        await append(options.path, text).catch(async (error: unknown) => {
          if (!(await isCutBack(options.path, size))) isTorn = true
          throw error
        })
        if (isLosing) options.onBack()
        isLosing = false
        isTorn = false
      } catch (error) {
        lose(lines.length, error as Error)
      }
      await pause(closing.signal)
    }
    writing = null
  }

  return {
    write(line) {
      if (waiting.length >= waitingMax) return lose(1, new Error(tooSlow))
      waiting.push(`${line}\n`)
      writing ??= drain()
    },
    limit({ maxBytes, keep }) {
      options = { ...options, maxBytes, keep }
    },
    async close() {
      closing.abort()
      await Promise.race([writing, setTimeout(closeMsMax, undefined, { ref: false })])
      if (waiting.length > 0) lose(waiting.splice(0).length, new Error(tooSlow))
    },
  }
}

/** Ends early when the signal is aborted. */
function pause(signal: AbortSignal): Promise<void> {
  return setTimeout(gatherMs, undefined, { ref: false, signal }).catch(() => {})
}

/** As many lines as fit into one file, at least one. */
function takeBatch(waiting: string[], maxBytes: number): string[] {
  let bytes = 0
  const end = waiting.findIndex((line, index) => {
    bytes += Buffer.byteLength(line)
    return bytes > maxBytes && index > 0
  })
  return waiting.splice(0, end === -1 ? waiting.length : end)
}

/** Rotates the file if these bytes would not fit into it. Gives the size of the file that they are appended to. */
async function makeRoom(options: AuditFileOptions, bytes: number): Promise<number> {
  const { path, maxBytes } = options
  const size = await sizeOf(path)
  if (size === null) await mkdir(dirname(path), { recursive: true })
  if (!size || size + bytes <= maxBytes) return size ?? 0
  await rotate(options)
  return 0
}

/** Readable by the gateway's user alone: the lines say who called what. */
function append(path: string, text: string): Promise<void> {
  return appendFile(path, text, { mode: 0o600 })
}

/**
 * Takes back a failed append: lines counted as lost must not be in the file, and half a line is not JSON. False for a
 * file that can only grow (`chattr +a`). A file that could not even be made holds no half line.
 */
function isCutBack(path: string, size: number): Promise<boolean> {
  return truncate(path, size).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  )
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function rotate({ path, keep }: AuditFileOptions): Promise<void> {
  if (keep === 0) return rm(path)
  for (let number = keep - 1; number >= 1; number--) {
    if ((await sizeOf(`${path}.${number}`)) !== null)
      await rename(`${path}.${number}`, `${path}.${number + 1}`)
  }
  await rename(path, `${path}.1`)
}
