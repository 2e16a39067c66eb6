/**
 * With REAL_TIME=on simulator and gateway run with real-time priority beside the app, where the system allows it
 * (docs/decisions/0026).
 * Not the threads that they start: when all of them had it, two that waited for a third kept it from both cores.
 */
import { spawnSync } from 'node:child_process'

/** To be put before a program's own command; `chrt` becomes that program, with the same process id and channels. */
export const realTimeCommand = ['chrt', '--reset-on-fork', '--fifo', '1']

/** By trying: the right can come from the user, from a capability or from a limit. */
export function isRealTimeAllowed(): boolean {
  const [command, ...flags] = realTimeCommand
  return spawnSync(command!, [...flags, 'true'], { stdio: 'ignore' }).status === 0
}
