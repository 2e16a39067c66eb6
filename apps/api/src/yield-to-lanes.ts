/**
 * Everything in this process steps back behind the lane thread, so that on a busy machine the sockets of a race are
 * read first.
 *
 * On Linux a priority is a thread's own. The thread that calls this steps back (with all cores busy and history and
 * leaderboard hammered, the p99 of a token's error fell from 13 ms to 2.6), and so do V8's background threads, which
 * compile and collect for it: each takes a core for up to 2 ms, most often when a race begins. Call it when the lane
 * thread runs already: a thread inherits the priority of the one that starts it, and so does a lane thread that starts
 * anew after a crash.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

const tasks = '/proc/self/task'

/** Elsewhere than on Linux it would slow down lanes and all else alike, and does nothing. */
export function yieldToLanes(): void {
  if (process.platform !== 'linux') return
  for (const threadId of [0, ...backgroundThreads()]) {
    try {
      setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // It has ended, or the machine forbids it: the race is run as it is.
    }
  }
}

/** As the kernel numbers them. */
function backgroundThreads(): number[] {
  try {
    return readdirSync(tasks)
      .filter((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === 'V8Worker')
      .map(Number)
  } catch {
    // No /proc in this container.
    return []
  }
}
