/**
 * Simulator and gateway run with real-time priority beside the app's lane thread, where the system allows it
 * (docs/decisions/0026).
 */
import { spawnSync } from 'node:child_process'
import { hurryHelpers, makeRealTime } from '../apps/api/src/kernel-threads.ts'

/** Below the lane thread, which reads what these send. */
const priority = 1

/** Of a program that has started: its main thread. Resolves to whether it has the priority. */
export async function raiseProgram(pid: number): Promise<boolean> {
  // A program's id is that of its main thread.
  const isRaised = await makeRealTime(pid, priority)
  if (isRaised) hurryHelpers(pid)
  return isRaised
}

/** By trying: the right can come from the user, from a capability or from a limit. */
export function isRealTimeAllowed(): boolean {
  return spawnSync('chrt', ['--fifo', String(priority), 'true'], { stdio: 'ignore' }).status === 0
}
