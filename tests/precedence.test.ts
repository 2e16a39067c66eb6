/** The threads' priorities in the kernel, which decide on a busy machine. On other systems than Linux all are equal. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startProgram } from './support/programs.ts'

/** Name and niceness of each thread: fields 2 and 19 of proc_pid_stat(5). */
function threadsOf(pid: number) {
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    return { name: stat.slice(stat.indexOf('(') + 1, end), nice: Number(stat.slice(end + 2).split(' ')[16]) }
  })
}

test.runIf(process.platform === 'linux')(
  'in the app the lane thread has priority over the main thread and those that collect garbage and compile',
  async () => {
    const app = await startProgram('app', {
      PORT: '0',
      DATABASE_URL: 'file::memory:',
      CLOCK_CALIBRATION: 'off',
      GATEWAY_URL: 'http://127.0.0.1:9',
    })
    const nicenessOf = (name: string) =>
      threadsOf(app.process.pid!).flatMap((thread) => (thread.name === name ? [thread.nice] : []))
    // Until it runs, a thread has the name of the one that starts it.
    await expect.poll(() => nicenessOf('lanes').length).toBe(1)
    const [lanes] = nicenessOf('lanes')
    const others = [...nicenessOf('MainThread'), ...nicenessOf('V8Worker')]
    expect(others.length).toBeGreaterThan(1)
    for (const nice of others) expect(nice).toBeGreaterThan(lanes!)
    await app.stop()
  },
)
