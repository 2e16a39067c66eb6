import type { TimeSlip } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { makeLane as lane } from '../testing/kept-lane.ts'
import { compareFigures } from './compare-figures.ts'

const difference = (
  one: Partial<TimeSlip>,
  other: Partial<TimeSlip>,
  margins: (number | null)[],
  figure: string,
) => {
  const pair = { one: lane(0, 'm', one), other: lane(0, 'm', other) }
  const [first = null, second = null] = margins
  return compareFigures(pair, clocked(first), clocked(second)).find((row) => row.figure === figure)
    ?.difference
}

function clocked(marginMs: number | null) {
  return { marginMs, clock: null }
}

describe('a difference', () => {
  test('within the two margins together is none', () => {
    expect(difference({ ttftMs: 100 }, { ttftMs: 102.5 }, [1, 1.5], 'ttft')).toEqual({
      kind: 'none',
      margin: 2.5,
    })
    expect(difference({ ttftMs: 100 }, { ttftMs: 102.6 }, [1, 1.5], 'ttft')).toEqual({
      kind: 'differs',
      by: 2.6,
      margin: 2.5,
    })
    // 0.7 + 0.1 is 0.7999999999999999 in binary.
    expect(difference({ ttftMs: 100 }, { ttftMs: 100.8 }, [0.7, 0.1], 'ttft')).toEqual({
      kind: 'none',
      margin: 0.8,
    })
  })

  test('within what a disturbed clock was late and both margins is none', () => {
    const pair = { one: lane(0, 'm', { totalMs: 251 }), other: lane(0, 'm', { totalMs: 298.9 }) }
    const late = { calibratedAt: null, lagMs: 31.08, disturbed: true, sentinel: null }
    const rows = compareFigures(pair, clocked(8.45), { marginMs: 8.45, clock: late })
    expect(rows.find(({ figure }) => figure === 'total')?.difference).toEqual({
      kind: 'none',
      margin: expect.closeTo(47.98),
    })
  })

  test('of a clock that was not measured is shown without being judged', () => {
    expect(difference({ totalMs: 900 }, { totalMs: 880.1 }, [1, null], 'total')).toEqual({
      kind: 'differs',
      by: -19.9,
      margin: null,
    })
  })

  test('of speeds carries what the clocks do to a speed', () => {
    const slip = { outputTokens: 101, decodeTokensPerSecond: 100 }
    // 100 tokens in a second, an error of 5 ms at each end: 1 token a second each.
    expect(difference(slip, { ...slip, decodeTokensPerSecond: 101.9 }, [5, 5], 'decode')).toMatchObject({
      kind: 'none',
    })
    expect(difference(slip, { ...slip, decodeTokensPerSecond: 103 }, [5, 5], 'decode')).toMatchObject({
      by: 3,
    })
  })

  test('of speeds is unknown where a span is too short for its clock', () => {
    const slip = { outputTokens: 101, decodeTokensPerSecond: 10_000 }
    expect(difference(slip, slip, [5, 5], 'decode')).toEqual({ kind: 'unknown' })
    expect(difference(slip, slip, [4.9, 4.9], 'decode')).toMatchObject({ kind: 'none' })
  })

  test('of counts has no margin, and is unknown where a count is missing', () => {
    expect(difference({ outputTokens: 7 }, { outputTokens: 9 }, [99, 99], 'tokens')).toEqual({
      kind: 'differs',
      by: 2,
      margin: 0,
    })
    expect(difference({ costUsd: 0.5 }, { costUsd: 0.5 }, [null, null], 'cost')).toEqual({
      kind: 'none',
      margin: 0,
    })
    expect(difference({ costUsd: 0.5 }, { costUsd: null }, [1, 1], 'cost')).toEqual({ kind: 'unknown' })
  })
})

test('figures with tokens in them say whose tokens our tokenizer counted, times never', () => {
  const pair = { one: lane(0, 'm', { isEstimated: true }), other: lane(0, 'm', { isEstimated: false }) }
  const rows = compareFigures(pair, clocked(1), clocked(1))
  expect(rows.filter(({ isOneEstimated }) => isOneEstimated).map(({ figure }) => figure)).toEqual([
    'decode',
    'tokens',
    'cost',
  ])
  expect(rows.some(({ isOtherEstimated }) => isOtherEstimated)).toBe(false)
  // Of reasoning that is hidden in part, our tokenizer counted what came: that is in the decode speed alone.
  const inPart = { ...pair, one: lane(0, 'm', { isEstimated: false, shownReasoningTokens: 10 }) }
  const marked = compareFigures(inPart, clocked(1), clocked(1)).filter(({ isOneEstimated }) => isOneEstimated)
  expect(marked.map(({ figure }) => figure)).toEqual(['decode'])
})

test('half an answer is compared with a whole one in no figure', () => {
  const slip = { ttftMs: 100, totalMs: 900, outputTokens: 9, decodeTokensPerSecond: 10, costUsd: 0.1 }
  const whole = lane(0, 'm', slip)
  for (const outcome of ['stopped', 'failed', 'running'] as const) {
    const half = { ...whole, outcome, slip: { ...whole.slip, outputTokens: 4 } }
    const rows = compareFigures({ one: whole, other: half }, clocked(1), clocked(1))
    expect(rows.map(({ difference: { kind } }) => kind)).toEqual(Array(5).fill('unknown'))
    // What there was of it is still shown.
    expect(rows.find(({ figure }) => figure === 'tokens')).toMatchObject({ one: 9, other: 4 })
  }
})
