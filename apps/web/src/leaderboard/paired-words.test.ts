import type { Paired, PairedDifference } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { type PairedFigure, toClockText, toPairedWords } from './paired-words.ts'

function words(
  part: Partial<PairedDifference>,
  figure: PairedFigure = 'ttft',
  answered = part.n ?? 40,
  a = 'A',
) {
  const difference = {
    n: 40,
    estimated: 0,
    median: -38,
    low: -55,
    high: -21,
    margin: 1.8,
    better: 'a',
    ...part,
  } as const
  const paired: Paired = {
    a,
    b: 'B',
    races: 41,
    ttft: difference,
    total: { ...difference, n: answered },
    decode: difference,
    cost: difference,
    leftOut: [],
  }
  return Object.values(toPairedWords(paired, figure)).join('. ')
}

test('a difference is told from the side of the faster one', () => {
  expect(words({})).toBe('A is 38.0 ms faster. 95 % 21.0 to 55.0, n = 40')
  expect(words({ median: 38, low: 21, high: 55, better: 'b' })).toBe(
    'B is 38.0 ms faster. 95 % 21.0 to 55.0, n = 40',
  )
})

test('a name that is written from right to left does not reverse the sentence', () => {
  expect(words({}, 'ttft', 40, '\u202eslow')).toBe('slow is 38.0 ms faster. 95 % 21.0 to 55.0, n = 40')
})

test('of speeds the larger is the faster', () => {
  expect(words({ median: 12, low: 4, high: 19.25 }, 'decode')).toBe(
    'A is 12.0 tok/s faster. 95 % 4.0 to 19.3, n = 40',
  )
  expect(words({ median: -12, low: -19, high: -4, better: 'b' }, 'decode')).toBe(
    'B is 12.0 tok/s faster. 95 % 4.0 to 19.0, n = 40',
  )
})

test('of costs the lower is the cheaper, and no clock is in it', () => {
  const costs = { median: -0.0021, low: -0.0034, high: -0.0009, margin: 0, estimated: 2 }
  expect(words(costs, 'cost')).toBe(
    'A is ≈$0.00210 cheaper. 95 % ≈$0.00090 to $0.00340, n = 40, 2 of these counted by our tokenizer',
  )
  expect(toClockText({ ...costs, n: 40, better: 'a' }, 'cost')).toBe('')
})

test('a speed that holds tokens of our tokenizer is told with ≈, and of how many races', () => {
  const speeds = { median: 12, low: 4, high: 19.25 }
  expect(words({ ...speeds, estimated: 3 }, 'decode')).toBe(
    'A is ≈12.0 tok/s faster. 95 % ≈4.0 to 19.3, n = 40, 3 of these counted by our tokenizer',
  )
  expect(words({ ...speeds, estimated: 40 }, 'decode')).toBe(
    'A is ≈12.0 tok/s faster. 95 % ≈4.0 to 19.3, n = 40, counted by our tokenizer',
  )
})

test('a figure that not all of their races have says of how many it is', () => {
  const speeds = { n: 7, median: 12, low: 4, high: 19.25 }
  expect(words(speeds, 'decode', 132)).toBe(
    'A is 12.0 tok/s faster. 95 % 4.0 to 19.3, n = 7 of the 132 races that both answered',
  )
  expect(words({ ...speeds, n: 0, median: null }, 'decode', 132)).toBe(
    'No race in which both have this figure. n = 0 of the 132 races that both answered',
  )
})

test('an interval over nought is too close to call', () => {
  expect(words({ low: -55, high: 4, better: null })).toBe(
    'Too close to call. at the median A was 38.0 ms faster, 95 % −4.0 to 55.0, n = 40',
  )
})

test('two that are level are ahead of nobody', () => {
  expect(words({ median: 0, low: -4, high: 4, better: null })).toBe(
    'Too close to call. level at the median, 95 % −4.0 to 4.0, n = 40',
  )
})

test('few races are told as they were, and claim nothing', () => {
  expect(words({ n: 5, low: null, high: null, better: null })).toBe(
    'n too small. at the median A was 38.0 ms faster, n = 5; an interval needs 6',
  )
  expect(words({ n: 0, median: null, low: null, high: null, better: null })).toBe(
    'No race in which both have this figure. n = 0',
  )
})

test('without a margin of the clock nothing is claimed', () => {
  expect(words({ low: null, high: null, margin: null, better: null })).toBe(
    'The clock’s margin was not measured. at the median A was 38.0 ms faster, n = 40',
  )
})

test('the clock’s part has the unit of its figure', () => {
  const difference = { n: 1, estimated: 0, median: 1, low: null, high: null, better: null }
  expect(toClockText({ ...difference, margin: 1.75 }, 'total')).toBe('±\u00a01.8\u00a0ms')
  expect(toClockText({ ...difference, margin: 7.24 }, 'decode')).toBe('±\u00a07.2 tok/s')
  expect(toClockText({ ...difference, margin: null }, 'ttft')).toBe('')
  // Limits nothing that is printed.
  expect(toClockText({ ...difference, margin: 0.02 }, 'decode')).toBe('')
})
