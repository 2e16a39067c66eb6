/** The figures of a comparison in words: their names, how they are printed, and what a difference is called. */
import { dash, plusMinus, toCost, toCount, toFineMs, toSeconds, toSpeed } from '../look/figures.ts'
import type { ComparedFigure } from './compare-figures.ts'

interface FigureWords {
  name: string
  print(value: number): string
  /** What the other race is when its figure is larger, or smaller. */
  more: string
  less: string
}

export const figureWords: Record<ComparedFigure['figure'], FigureWords> = {
  ttft: { name: 'TTFT', print: (ms) => `${toFineMs(ms)} ms`, more: 'later', less: 'earlier' },
  total: { name: 'total', print: toTime, more: 'longer', less: 'shorter' },
  decode: { name: 'decode', print: (speed) => `${toSpeed(speed)} tok/s`, more: 'faster', less: 'slower' },
  tokens: { name: 'tokens out', print: toCount, more: 'more', less: 'fewer' },
  cost: { name: 'cost', print: toCost, more: 'more expensive', less: 'cheaper' },
}

/** `≈287.1 tok/s` where our tokenizer counted. */
export function toValueText(
  figure: ComparedFigure['figure'],
  value: number | null,
  isEstimated: boolean,
): string {
  return value === null ? dash : `${isEstimated ? '≈' : ''}${figureWords[figure].print(value)}`
}

/** `38 ms later`, `none (± 2.4 ms)`, `≈20.0 tok/s slower`. */
export function toDifferenceText({
  figure,
  difference,
  isOneEstimated,
  isOtherEstimated,
}: Omit<ComparedFigure, 'one' | 'other'>): string {
  const { print, more, less } = figureWords[figure]
  const about = isOneEstimated || isOtherEstimated ? '≈' : ''
  switch (difference.kind) {
    case 'unknown':
      return dash
    case 'none':
      return difference.margin === 0 ? 'none' : `none (${plusMinus}${print(difference.margin)})`
    case 'differs': {
      const words = `${about}${print(Math.abs(difference.by))} ${difference.by > 0 ? more : less}`
      return difference.margin === null ? `${words}, margin not measured` : words
    }
  }
}

function toTime(ms: number): string {
  return Math.round(ms) < 1000 ? `${toFineMs(ms)} ms` : `${toSeconds(ms, 3)} s`
}
