/**
 * The thread that reads the sockets of a race comes before all else, so that they are read at once on a busy machine.
 * On Linux each thread has a priority of its own; on other systems nothing is changed.
 */
import { constants } from 'node:os'
import { findHelpers, findThreads, hurryHelpers, makeRealTime, setNiceness } from './kernel-threads.ts'

/** Above the 1 of simulator and gateway: a token that has arrived is stamped before the next one is sent. */
const realTimePriority = 2

/** Resolves to whether the thread has real-time priority; where it may not, the others yield to it. */
export async function preferThread(name: string, wantsRealTime: boolean): Promise<boolean> {
  const [threadId] = findThreads(name)
  const isRealTime =
    wantsRealTime && threadId !== undefined && (await makeRealTime(threadId, realTimePriority))
  if (isRealTime) hurryHelpers()
  else yieldToOthers()
  return isRealTime
}

/**
 * Gives the main thread and V8's helpers a lower priority: the latter take a core for up to 2 ms each, most often when
 * a race begins. With all cores busy and history and leaderboard hammered, the p99 of a token's error fell from 13 ms
 * to 2.6. A thread that the main thread starts later, as after a crash, inherits its priority.
 */
function yieldToOthers(): void {
  if (process.platform !== 'linux') return
  setNiceness([0, ...findHelpers()], constants.priority.PRIORITY_BELOW_NORMAL)
}
