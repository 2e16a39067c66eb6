import { expect, test } from 'vitest'
import { toSplitRows } from './split-rows.ts'

const nothing = {
  dispatchMs: null,
  headersMs: null,
  firstByteMs: null,
  firstReasoningMs: null,
  firstAnswerMs: null,
  halfMs: null,
  lastTokenMs: null,
  closeMs: null,
}

test('the start and the splits stand in the order in which they come, and what never came has no row', () => {
  const splits = {
    ...nothing,
    closeMs: 12_454.1,
    dispatchMs: 0.12,
    headersMs: 180,
    firstReasoningMs: 181.256,
  }
  expect(toSplitRows({ start: 'prepared', splits })).toEqual([
    { name: 'start', value: 'gateway ready' },
    { name: 'left after the light', value: '0.12 ms' },
    { name: 'headers', value: '180.00 ms' },
    { name: 'first reasoning', value: '181.26 ms' },
    { name: 'close', value: '12,454.10 ms' },
  ])
  expect(toSplitRows({ start: null, splits: nothing })).toEqual([])
})
