/**
 * Tells when a file may have changed. Whoever is told reads it and looks for himself.
 *
 * Its folder is watched, not the file: an editor writes a new file and renames it over the old one, whose watch would
 * then be one of a file that is gone. A look at the file itself, now and then, finds what a folder does not show: links,
 * mounts of a single file into a container, network drives.
 */
import { type Stats, statSync, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

export interface WatchOptions {
  /** A file is read when it has been left alone for so long: nobody wants half of it. */
  settledMs?: number
  lookEveryMs?: number
}

export interface FileWatch {
  close(): void
}

/** Who never leaves it alone does not keep it from being read. */
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
  // A drive that does not answer is asked once.
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

/** null where the machine has no watches left: then looking must do. */
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
