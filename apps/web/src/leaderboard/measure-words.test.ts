import { expect, test } from 'vitest'
import { row } from '../testing/board-row.ts'
import { measuresShown, measureWords, toMedianText } from './measure-words.ts'

test('a median carries its unit, and an unknown price is no zero', () => {
  const known = row({ medianTtftMs: 167.1, medianTotalMs: 1234, medianDecodeTokensPerSecond: 287.7 })
  expect(measuresShown.map((measure) => toMedianText(measure, known))).toEqual([
    '167 ms',
    '1.23 s',
    '287.7 tok/s',
    'unknown',
  ])
  expect(measuresShown.map((measure) => toMedianText(measure, row({})))).toEqual(['—', '—', '—', '—'])
})

test('what our tokenizer counted is marked, and no time is', () => {
  const medians = {
    medianTtftMs: 167.1,
    medianTotalMs: 1234,
    medianDecodeTokensPerSecond: 287.7,
    medianCostUsd: 0.5,
  }
  const counted = row({ ...medians, isEstimated: true })
  expect(measuresShown.map((measure) => toMedianText(measure, counted))).toEqual([
    '167 ms',
    '1.23 s',
    '≈287.7 tok/s',
    '≈$0.5000',
  ])
})

test('ticks are as short as they are round', () => {
  expect(measureWords.total.printTick(500)).toBe('0.5')
  expect(measureWords.ttft.printTick(1500)).toBe('1,500')
  expect(measureWords.cost.printTick(0.00001)).toBe('$0.00001')
})
