/**
 * From the errors of calibration heats to the margin.
 *
 * A figure is wrong by its error e: what was measured minus the simulator's own. Two lanes are told apart wrongly when their
 * errors differ by more than the lanes do. So a margin must cover both:
 *
 *   margin = max over TTFT, tokens, total of   p99 |e|          a single figure, as in `342 ms ± 1.8`
 *            and                               p99 |eA − eB|    lanes A and B of one heat, at the same token and at the end
 *
 * What all lanes share (the mean way through the gateway) is in the first and cancels in the second; what strikes one lane
 * alone, the reading thread's lateness included, is in both. Percentiles by the nearest rank; of fewer than 100 values the
 * p99 is the largest.
 */
import { type Calibration, type LaneErrors, toCrossingErrors, toSpread } from '@drag-race/contracts'

export type Margin = Pick<Calibration, 'marginMs' | 'lanes' | 'ttft' | 'token' | 'total' | 'difference'>

/** null when not one token was measured. */
export function toMargin(heats: readonly (readonly LaneErrors[])[]): Margin | null {
  const lanes = heats.flat()
  const ttft = toSpread(lanes.flatMap(({ ttftMs }) => (ttftMs === null ? [] : [Math.abs(ttftMs)])))
  const token = toSpread(lanes.flatMap(toCrossingErrors).map(Math.abs))
  const total = toSpread(lanes.flatMap(({ totalMs }) => (totalMs === null ? [] : [Math.abs(totalMs)])))
  const difference = toSpread(heats.flatMap(toDifferences))
  const parts = [ttft, token, total, difference].flatMap(({ p99 }) => (p99 === null ? [] : [p99]))
  if (token.count === 0) return null
  // Stamps on the tape have two decimals: no margin is below their grain.
  const marginMs = Math.max(0.01, Math.ceil(Math.max(...parts) * 100) / 100)
  return { marginMs, lanes: lanes.length, ttft, token, total, difference }
}

/** Every two lanes of a heat, at every token that both had, and at the end. */
function toDifferences(heat: readonly LaneErrors[]): number[] {
  const differences: number[] = []
  const crossings = heat.map(toCrossingErrors)
  for (const [index, lane] of heat.entries()) {
    for (let other = index + 1; other < heat.length; other++) {
      const ours = crossings[index]!
      const theirs = crossings[other]!
      for (let token = 0; token < Math.min(ours.length, theirs.length); token++) {
        differences.push(Math.abs(ours[token]! - theirs[token]!))
      }
      const otherTotalMs = heat[other]!.totalMs
      if (lane.totalMs !== null && otherTotalMs !== null) {
        differences.push(Math.abs(lane.totalMs - otherTotalMs))
      }
    }
  }
  return differences
}
