/** Says where the clock’s margin comes from. */
import type { Health } from '@drag-race/contracts'
import { toFineMs } from './look/figures.ts'

export function toClockSource({ calibration, marginMs }: Pick<Health, 'calibration' | 'marginMs'>): string {
  if (!calibration) {
    return marginMs === null
      ? 'Nobody has measured the clock yet'
      : 'How late the last race’s sockets were read: the clock has not been calibrated'
  }
  const { measuredAt, through, lanes, ttft, token } = calibration
  const road = through === 'gateway' ? 'through the gateway' : 'without the gateway'
  return `Error of the clock against the simulator, ${road}, ${new Date(measuredAt).toLocaleString()}: first token ${toFineMs(ttft.p50)} ms (median of ${lanes}), any token ${toFineMs(token.p99)} ms (p99 of ${token.count})`
}
