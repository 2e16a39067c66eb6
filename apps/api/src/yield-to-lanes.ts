/**
 * Gives the other threads of this process a lower priority than the lane thread, so that on a busy machine the sockets
 * of a race are read first.
 *
 * On Linux each thread has a priority of its own. The thread that calls this lowers its own (with all cores busy and
 * history and leaderboard hammered, the p99 of a token's error fell from 13 ms to 2.6), and that of V8's background
 * threads, which compile and collect garbage for it: each takes a core for up to 2 ms, most often when a race begins.
 * Call it when the lane thread runs already: a thread inherits the priority of the one that starts it, as does a lane
 * thread that is started again after a crash.
 */
import { constants, setPriority } from 'node:os'
import { findThreads } from './kernel-threads.ts'

/** Does nothing on other systems than Linux, because there it would slow down the lanes as much as all else. */
export function yieldToLanes(): void {
  if (process.platform !== 'linux') return
  for (const threadId of [0, ...findThreads('V8Worker')]) {
    try {
      setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // The thread has ended, or the machine forbids it: races are then run without the priority.
    }
  }
}
