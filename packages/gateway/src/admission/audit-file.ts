/**
 * Appends lines to a file that is rotated by size, and never makes a call wait or fail. `audit.log` is the one being
 * written, `audit.log.1` the newest full one.
 *
 * By hand, because a lost line must be counted and nothing may block: the rotating destinations of pino do it in a thread
 * of their own, which tells neither.
 */
import { appendFile, mkdir, rename, rm, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export interface AuditFile {
  write(line: string): void
  /** From the next write on. */
  limit(to: { maxBytes: number; keep: number }): void
  /** Writes what is waiting. */
  close(): Promise<void>
}

export interface AuditFileOptions {
  path: string
  maxBytes: number
  /** Full files that stay. */
  keep: number
  /** These many lines are lost; `isFirst` since the last that was written. */
  onLost(lines: number, error: Error, isFirst: boolean): void
  /** After lines were lost, some are written again. */
  onBack(): void
}

/** In memory while the disk is slow: some 4 MB. What comes on top is lost, and counted. */
const waitingMax = 10_000
/** Between two appends, so that the lines of a busy moment share one: what a crash may lose. The first is written at once. */
const gatherMs = 100
/** Who stops the gateway does not wait longer for a disk. */
const closeMsMax = 1_000

export function createAuditFile(given: AuditFileOptions): AuditFile {
  let options = given
  const waiting: string[] = []
  let writing: Promise<void> | null = null
  const closing = new AbortController()
  let isLosing = false
  /** The last line may be in two, where what a full disk took of it cannot be taken back. */
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
          isTorn = !(await isCutBack(options.path, size))
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
      if (waiting.length >= waitingMax) return lose(1, new Error('the disk is too slow'))
      waiting.push(`${line}\n`)
      writing ??= drain()
    },
    limit({ maxBytes, keep }) {
      options = { ...options, maxBytes, keep }
    },
    async close() {
      closing.abort()
      await Promise.race([writing, setTimeout(closeMsMax, undefined, { ref: false })])
    },
  }
}

/** Cut short by the signal. */
function pause(signal: AbortSignal): Promise<void> {
  return setTimeout(gatherMs, undefined, { ref: false, signal }).catch(() => {})
}

/** As many lines as fit into one file, one at least. */
function takeBatch(waiting: string[], maxBytes: number): string[] {
  let bytes = 0
  const end = waiting.findIndex((line, index) => {
    bytes += Buffer.byteLength(line)
    return bytes > maxBytes && index > 0
  })
  return waiting.splice(0, end === -1 ? waiting.length : end)
}

/** The size of the file that is written next. */
async function makeRoom(options: AuditFileOptions, bytes: number): Promise<number> {
  const { path, maxBytes } = options
  const size = await sizeOf(path)
  if (size === null) await mkdir(dirname(path), { recursive: true })
  if (!size || size + bytes <= maxBytes) return size ?? 0
  await rotate(options)
  return 0
}

/** Who called what is nobody else's business on this machine. */
function append(path: string, text: string): Promise<void> {
  return appendFile(path, text, { mode: 0o600 })
}

/** What counts as lost must not stand there, and half a line is no JSON. False for a file that only grows (`chattr +a`). */
function isCutBack(path: string, size: number): Promise<boolean> {
  return truncate(path, size).then(
    () => true,
    () => false,
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
