/** How a lane left, and its splits from green light to close, in the order of time. What never came has no row. */
import type { LaneStartKind, Splits, TimeSlip } from '@drag-race/contracts'
import { toSplitMs } from '../look/figures.ts'
import type { SlipRow } from './slip-rows.ts'

const names: Record<keyof Splits, string> = {
  dispatchMs: 'left after the light',
  headersMs: 'headers',
  firstByteMs: 'first byte',
  firstReasoningMs: 'first reasoning',
  firstAnswerMs: 'first answer',
  halfMs: 'half (≈)',
  lastTokenMs: 'last token',
  closeMs: 'close',
}

/** `docs/measuring.md`, "The start". */
const starts: Record<LaneStartKind, string> = {
  cold: 'cold',
  warm: 'connection open',
  prepared: 'gateway ready',
}

export function toSplitRows({ start, splits }: Pick<TimeSlip, 'start' | 'splits'>): SlipRow[] {
  const timed = (Object.keys(names) as (keyof Splits)[]).flatMap((key) => {
    const ms = splits[key]
    return ms === null ? [] : [{ name: names[key], value: `${toSplitMs(ms)} ms` }]
  })
  return start ? [{ name: 'start', value: starts[start] }, ...timed] : timed
}
