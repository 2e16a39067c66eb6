/** The threads' priorities in the kernel, which decide on a busy machine. On other systems than Linux all are equal. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startProgram } from './support/programs.ts'

/**
 * Name and priority of each thread, fields 2 and 18 of proc_pid_stat(5): 20 and its niceness, or below zero for a
 * real-time thread. The lower goes first.
 */
function threadsOf(pid: number) {
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    return {
      name: stat.slice(stat.indexOf('(') + 1, end),
      priority: Number(stat.slice(end + 2).split(' ')[15]),
    }
  })
}

const isLinux = process.platform === 'linux'

test.runIf(isLinux).each(['on', 'off'])(
  'in the app, with REAL_TIME %s, the lane thread has priority over the main thread and those that collect garbage and compile',
  async (wish) => {
    const app = await startProgram('app', {
      PORT: '0',
      DATABASE_URL: 'file::memory:',
      CLOCK_CALIBRATION: 'off',
      GATEWAY_URL: 'http://127.0.0.1:9',
      REAL_TIME: wish,
    })
    const named = (name: string) => threadsOf(app.process.pid!).filter((thread) => thread.name === name)
    await expect
      .poll(
        () => {
          // Until it runs, a thread has the name of the one that starts it.
          const [lanes] = named('lanes')
          const others = [...named('MainThread'), ...named('V8Worker')]
          return lanes && others.length > 1 && others.every(({ priority }) => priority > lanes.priority)
        },
        { timeout: 30_000 },
      )
      .toBe(true)
    await app.stop()
  },
)
