/**
 * Real-time priority (Linux: SCHED_FIFO). A thread that has it runs as soon as its bytes arrive, and not after the time
 * slice, 2 to 4 ms, of whatever holds the core (docs/decisions/0026).
 *
 * The system allows it to root, to programs with CAP_SYS_NICE, and within a user's limit `rtprio`. Node has no call for
 * it, so `chrt` of util-linux makes it.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findThreads } from './kernel-threads.ts'

const run = promisify(execFile)

/** Above the 1 of simulator and gateway: a token that has arrived is stamped before the next one is sent. */
const priority = '2'

/** Resolves to whether all threads of that name have it now. */
export async function makeRealTime(threadName: string): Promise<boolean> {
  const threadIds = findThreads(threadName)
  try {
    for (const id of threadIds) {
      // What such a thread starts has a normal priority.
      await run('chrt', ['--reset-on-fork', '--fifo', '--pid', priority, String(id)])
    }
    return threadIds.length > 0
  } catch {
    // No `chrt`, or the system forbids it: races run at normal priority.
    return false
  }
}
