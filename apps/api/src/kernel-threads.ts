/** The threads of a process, as Linux knows them, and their priorities. Elsewhere none are found. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The kernel's ids of all threads of that name, in this process or another. */
export function findThreads(name: string, pid: number | 'self' = 'self'): number[] {
  const tasks = `/proc/${pid}/task`
  try {
    return readdirSync(tasks)
      .filter((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === name)
      .map(Number)
  } catch {
    return []
  }
}

/** V8's background threads, which collect garbage and compile. */
export const findHelpers = (pid?: number) => findThreads('V8Worker', pid)

/**
 * SCHED_FIFO: the thread runs as soon as it has something to do, and not after the time slice of whatever holds the
 * core (docs/decisions/0026). What it starts gets a normal priority. The system allows it to root, to programs with
 * CAP_SYS_NICE, and within a user's limit `rtprio`. Node has no call for it, so `chrt` of util-linux makes it. Resolves
 * to whether the thread has it.
 */
export async function makeRealTime(threadId: number, priority: number): Promise<boolean> {
  const flags = ['--reset-on-fork', '--fifo', '--pid']
  return run('chrt', [...flags, String(priority), String(threadId)]).then(
    () => true,
    () => false,
  )
}

/**
 * V8 holds a thread until its helpers have done their part, so those of a real-time thread come right after it. Not
 * with real-time priority: then nothing keeps a core for the one that all others wait for.
 */
export function hurryHelpers(pid?: number): void {
  setNiceness(findHelpers(pid), constants.priority.PRIORITY_HIGHEST)
}

/** Leaves a thread as it is that has ended, or where the system forbids it. */
export function setNiceness(threadIds: readonly number[], niceness: number): void {
  for (const id of threadIds) {
    try {
      setPriority(id, niceness)
    } catch {}
  }
}
