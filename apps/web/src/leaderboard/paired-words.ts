/** "A is 38 ms faster, 95 % 21 to 55, n = 40": what a paired difference says, and what it does not. */
import type { Paired, PairedDifference } from '@drag-race/contracts'
import { toCost, toFineMs, toMargin, toSpeed, toWithin } from '../look/figures.ts'
import { isolate } from '../look/isolate.ts'

export interface PairedWords {
  /** What can be said. */
  finding: string
  /** How sure that is. */
  ground: string
}

export const pairedFigures = [
  { figure: 'ttft', name: 'TTFT' },
  { figure: 'total', name: 'Total' },
  { figure: 'decode', name: 'Decode speed' },
  { figure: 'cost', name: 'Cost of an answer' },
] as const
export type PairedFigure = (typeof pairedFigures)[number]['figure']

export function toPairedWords(paired: Paired, figure: PairedFigure): PairedWords {
  const difference = paired[figure]
  const n = `n = ${difference.n}${toShare(difference, paired.total)}${toCounted(difference)}`
  if (difference.median === null) return { finding: 'No race in which both have this figure', ground: n }
  const { print, better, isLowerBetter } = kinds[figure]
  // How far the one with the better median is ahead of the other.
  const isAAhead = difference.median < 0 === isLowerBetter
  const ahead = isolate(isAAhead ? paired.a : paired.b)
  const about = difference.estimated > 0 ? '≈' : ''
  const amount = `${about}${print(Math.abs(difference.median))} ${better}`
  const atMedian = difference.median === 0 ? 'level at the median' : `at the median ${ahead} was ${amount}`
  const ends = toEnds(difference)
  if (ends === null) {
    return difference.margin === null
      ? { finding: 'The clock’s margin was not measured', ground: `${atMedian}, ${n}` }
      : { finding: 'n too small', ground: `${atMedian}, ${n}; an interval needs 6` }
  }
  const [low, high] = ends.map((end) => `${end < 0 ? '−' : ''}${print(Math.abs(end))}`)
  const interval = `95 % ${about}${low} to ${high}, ${n}`
  return difference.better === null
    ? { finding: 'Too close to call', ground: `${atMedian}, ${interval}` }
    : { finding: `${ahead} is ${amount}`, ground: interval }
}

/**
 * Answers too quick for the clock have no speed, and the few that have one may have been held up: so the number of
 * races is said.
 */
function toShare({ n }: PairedDifference, { n: answered }: PairedDifference): string {
  return n < answered ? ` of the ${answered} races that both answered` : ''
}

function toCounted({ n, estimated }: PairedDifference): string {
  if (estimated === 0) return ''
  return estimated === n ? ', counted by our tokenizer' : `, ${estimated} of these counted by our tokenizer`
}

/** What the clock has added to the interval, on both sides; '' where that limits nothing that is printed. */
export function toClockText({ margin }: PairedDifference, figure: PairedFigure): string {
  if (margin === null || figure === 'cost') return ''
  if (figure !== 'decode') return toMargin(margin)
  const within = toWithin(margin).trim()
  return within && `${within} tok/s`
}

const time = { print: toFineMs, better: 'ms faster', isLowerBetter: true }
const kinds = {
  ttft: time,
  total: time,
  decode: { print: toSpeed, better: 'tok/s faster', isLowerBetter: false },
  cost: { print: toCost, better: 'cheaper', isLowerBetter: true },
}

/** The interval of the lead that the model ahead at the median has: low and high. */
function toEnds({ median, low, high }: PairedDifference): [number, number] | null {
  if (median === null || low === null || high === null) return null
  return median < 0 ? [-high, -low] : [low, high]
}
