/** What each measure is called, which of a row's medians is its own, and how that is printed. */
import type { LeaderboardRow, Measure } from '@drag-race/contracts'
import { dash, toCost, toMs, toSeconds, toSpeed, withUnit } from '../look/figures.ts'

export interface MeasureWords {
  /** On the control, and within a sentence. */
  choice: string
  /** At the head of a column: the median's name. */
  column: string
  unit: string
  median: (row: LeaderboardRow) => number | null
  /** Without the unit. */
  print: (value: number | null) => string
  /** On an axis, without the unit. */
  printTick: (value: number) => string
  /** Which way along an axis is better. */
  better: 'left' | 'right'
}

export const measureWords: Record<Measure, MeasureWords> = {
  ttft: {
    choice: 'TTFT',
    column: 'TTFT',
    unit: 'ms',
    median: ({ medianTtftMs }) => medianTtftMs,
    print: toMs,
    printTick: toPlain,
    better: 'left',
  },
  total: {
    choice: 'total time',
    column: 'Total',
    unit: 's',
    median: ({ medianTotalMs }) => medianTotalMs,
    print: (ms) => toSeconds(ms),
    printTick: (ms) => toPlain(ms / 1000),
    better: 'left',
  },
  decode: {
    choice: 'decode speed',
    column: 'Decode',
    unit: 'tok/s',
    median: ({ medianDecodeTokensPerSecond }) => medianDecodeTokensPerSecond,
    print: toSpeed,
    printTick: toPlain,
    better: 'right',
  },
  cost: {
    choice: 'cost',
    column: 'Cost',
    unit: '',
    median: ({ medianCostUsd }) => medianCostUsd,
    print: (usd) => (usd === null ? 'unknown' : toCost(usd)),
    printTick: (usd) => `$${toPlain(usd)}`,
    better: 'left',
  },
}

/** In the order in which they happen to a lane. */
export const measuresShown = ['ttft', 'total', 'decode', 'cost'] as const satisfies Measure[]

/**
 * A median without its unit: `≈287.7` where our tokenizer counted; for a model that never answered a dash, not
 * `unknown`.
 */
export function toMedian(measure: Measure, row: LeaderboardRow): string {
  const { median, print } = measureWords[measure]
  const value = median(row)
  if (value === null && row.medianTotalMs === null) return dash
  const hasTokens = measure === 'decode' || measure === 'cost'
  return `${hasTokens && row.isEstimated && value ? '≈' : ''}${print(value)}`
}

/** A median with its unit: `167 ms`, and a dash alone. */
export function toMedianText(measure: Measure, row: LeaderboardRow): string {
  return withUnit(toMedian(measure, row), measureWords[measure].unit)
}

/** A round number as short as it is: `0.00002`, `1,500`. */
function toPlain(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 8 })
}
