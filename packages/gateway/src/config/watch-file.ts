/**
 * Calls back when a file may have changed. The one who is called reads the file to see whether it has.
 *
 * The folder is watched, not the file: an editor writes a new file and renames it over the old one, and a watch of the
 * old file would then tell nothing. Changes that a watch of the folder does not show (behind a link, of a single file
 * that is mounted into a container, on a network drive) are found by looking at the file itself every two seconds.
 */
import { type Stats, statSync, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

export interface WatchOptions {
  /** `onChange` waits until the file has not changed for so long: half a file is of no use. */
  settledMs?: number
  lookEveryMs?: number
}

export interface FileWatch {
  close(): void
}

/** Longer than this `onChange` does not wait, even if the file changes all the time. */
const unsettledMsMax = 2_000

export function watchFile(
  path: string,
  onChange: () => void,
  { settledMs = 100, lookEveryMs = 2_000 }: WatchOptions = {},
): FileWatch {
  let timer: NodeJS.Timeout | undefined
  let firstAtMs: number | null = null

  const note = () => {
    const nowMs = performance.now()
    firstAtMs ??= nowMs
    clearTimeout(timer)
    timer = setTimeout(tell, Math.min(settledMs, Math.max(0, firstAtMs + unsettledMsMax - nowMs)))
  }
  const tell = () => {
    firstAtMs = null
    onChange()
  }
  const folder = watchFolder(path, note)
  const looking = lookAt(path, lookEveryMs, note)
  return {
    close() {
      clearTimeout(timer)
      folder?.close()
      looking.close()
    },
  }
}

function lookAt(path: string, everyMs: number, note: () => void): FileWatch {
  let seen = toMark(statSync(path, { throwIfNoEntry: false }))
  // No second look while a drive has not answered the first.
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    const now = toMark(await stat(path).catch(() => undefined))
    isLooking = false
    if (now !== seen) note()
    seen = now
  }
  const timer = setInterval(look, everyMs).unref()
  return { close: () => clearInterval(timer) }
}

function toMark(stats: Stats | undefined): string {
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : 'none'
}

/** null if the folder cannot be watched, for example because the machine has no watches left: `lookAt` remains. */
function watchFolder(path: string, note: () => void): FileWatch | null {
  const name = basename(path)
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
      if (changed === null || changed === name) note()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}
