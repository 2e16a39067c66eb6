/**
 * From the errors of calibration heats to the margin.
 *
 * A figure is wrong by its error e: what was measured minus the simulator's own. Two lanes are told apart wrongly when
 * their errors differ by more than the lanes do. So a margin must cover both:
 *
 *   margin = max over TTFT, tokens, total of   p99 |e|        a single figure, as in `342 ms ± 1.8`
 *            and                               p99 |eA − eB|  lanes A, B of one heat, at the same token and at the end
 *
 * of each heat, and of the heats the median: a machine that hiccups once in one of them says nothing about the next
 * race, and a race that it strikes is marked as disturbed.
 *
 * An error that all lanes share (the mean way through the gateway) is in the first and cancels in the second; an error
 * of one lane alone, the reading thread's lateness included, is in both. Percentiles are by the nearest rank: of fewer
 * than 100 values the p99 is the largest.
 */
import { type Calibration, type LaneErrors, toCrossingErrors, toSpread } from '@drag-race/contracts'

export type Margin = Pick<Calibration, 'marginMs' | 'lanes' | 'ttft' | 'token' | 'total' | 'difference'>

/** null when not one token was measured. */
export function toMargin(heats: readonly (readonly LaneErrors[])[]): Margin | null {
  const p99s = heats.flatMap((heat) => toP99(toSpreads([heat])) ?? [])
  const p99Ms = toSpread(p99s).p50
  if (p99Ms === null) return null
  return {
    // Stamps on the tape have two decimals, so no margin is below 0.01 ms.
    marginMs: Math.max(0.01, Math.ceil(p99Ms * 100) / 100),
    lanes: heats.flat().length,
    ...toSpreads(heats),
  }
}

type Spreads = Pick<Margin, 'ttft' | 'token' | 'total' | 'difference'>

function toSpreads(heats: readonly (readonly LaneErrors[])[]): Spreads {
  const lanes = heats.flat()
  return {
    ttft: toSpread(lanes.flatMap(({ ttftMs }) => (ttftMs === null ? [] : [Math.abs(ttftMs)]))),
    token: toSpread(lanes.flatMap(toCrossingErrors).map(Math.abs)),
    total: toSpread(lanes.flatMap(({ totalMs }) => (totalMs === null ? [] : [Math.abs(totalMs)]))),
    difference: toSpread(heats.flatMap(toDifferences)),
  }
}

/** null when not one token was measured. */
function toP99({ ttft, token, total, difference }: Spreads): number | null {
  if (token.p99 === null) return null
  return Math.max(...[ttft, token, total, difference].map(({ p99 }) => p99 ?? 0))
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
