/** Says where the clock’s margin comes from. */
import type { Health } from '@drag-race/contracts'
import { toFineMs } from './look/figures.ts'
import { toMinute } from './look/when.ts'

export function toClockSource({
  calibration,
  marginMs,
  isRealTime,
}: Pick<Health, 'calibration' | 'marginMs' | 'isRealTime'>): string {
  if (!calibration) {
    return marginMs === null
      ? 'The clock has not been measured yet'
      : 'The clock has not been calibrated: this is how late the sockets of the last race were read'
  }
  const { measuredAt, through, lanes, ttft, token } = calibration
  const road = through === 'gateway' ? 'through the gateway' : 'without the gateway'
  const first = `first token ${toFineMs(ttft.p50)} ms (median of ${lanes})`
  const any = `any token ${toFineMs(token.p99)} ms (p99 of ${token.count})`
  const priority = isRealTime ? ', at real-time priority' : ''
  return `Error of the clock against the simulator, ${road}${priority}, ${toMinute(measuredAt)}: ${first}, ${any}`
}
