/**
 * The thread that reads the sockets of a race comes before all else, so that they are read at once on a busy machine.
 * On Linux each thread has a priority of its own; on other systems nothing is changed.
 */
import { execFile } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { promisify } from 'node:util'
import { findThreads } from './kernel-threads.ts'

const run = promisify(execFile)

/** Above the 1 of simulator and gateway: a token that has arrived is stamped before the next one is sent. */
const realTimePriority = '2'

/** Resolves to whether the thread has real-time priority; where it may not, the others yield to it. */
export async function preferThread(name: string, wantsRealTime: boolean): Promise<boolean> {
  if (wantsRealTime && (await makeRealTime(name))) return true
  yieldToOthers()
  return false
}

/**
 * SCHED_FIFO: the thread runs as soon as its bytes arrive, and not after the time slice of whatever holds the core
 * (docs/decisions/0026). The system allows it to root, to programs with CAP_SYS_NICE, and within a user's limit
 * `rtprio`. Node has no call for it, so `chrt` of util-linux makes it.
 */
async function makeRealTime(name: string): Promise<boolean> {
  const threadIds = findThreads(name)
  try {
    for (const id of threadIds)
      await run('chrt', ['--reset-on-fork', '--fifo', '--pid', realTimePriority, String(id)])
    return threadIds.length > 0
  } catch {
    // No `chrt`, or the system forbids it.
    return false
  }
}

/**
 * Gives the main thread and V8's background threads, which compile and collect garbage, a lower priority: the latter
 * take a core for up to 2 ms each, most often when a race begins. With all cores busy and history and leaderboard
 * hammered, the p99 of a token's error fell from 13 ms to 2.6. A thread that the main thread starts later, as after a
 * crash, inherits its priority.
 */
function yieldToOthers(): void {
  if (process.platform !== 'linux') return
  for (const threadId of [0, ...findThreads('V8Worker')]) {
    try {
      setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // The thread has ended, or the machine forbids it: races are then run without the priority.
    }
  }
}
