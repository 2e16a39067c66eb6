/** The splits of a lane, from the light to the close, in the order in which they come. What never came has no row. */
import type { Splits } from '@drag-race/contracts'
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

export function toSplitRows(splits: Splits): SlipRow[] {
  return (Object.keys(names) as (keyof Splits)[]).flatMap((key) => {
    const ms = splits[key]
    return ms === null ? [] : [{ name: names[key], value: `${ms.toFixed(2)} ms` }]
  })
}
