/** The processes that a program started: by Linux's /proc, and none elsewhere. */
import { existsSync, readFileSync } from 'node:fs'

export const hasProc = existsSync('/proc/self/task')

export function descendants(pid: number): number[] {
  if (!hasProc) return []
  const path = `/proc/${pid}/task/${pid}/children`
  if (!existsSync(path)) return []
  const children = readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}

export async function allGone(pids: number[]): Promise<void> {
  while (pids.some((pid) => existsSync(`/proc/${pid}`) && !isZombie(pid))) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** It has ended, but its parent has not read its exit code yet. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
