/**
 * How often the interval of a rating contains the true value, for two models whose chances are known. Nothing is drawn
 * at random: the interval depends only on how many of the n races a won, so its coverage is a sum over the binomial
 * distribution.
 */
import { expect, test } from 'vitest'
import { createRaceBook } from './race-book.ts'
import { rateSeason } from './ratings.ts'
import { type Interval, wilson } from './wilson.ts'

const quietly = async () => {}
/** With two models, each rating is half of their difference away from the middle. */
const pointsPerLogit = 400 / Math.LN10 / 2

/** The interval of a model that won this many of n races against one other. */
async function intervalOf(won: number, n: number): Promise<Interval> {
  const book = createRaceBook()
  for (let race = 0; race < n; race++) {
    const aWins = race < won ? 1 : 0
    book.add([{ a: 'a', b: 'b', aWins, ties: 0, bWins: 1 - aWins }])
  }
  const season = await book.result(quietly)
  const { low, high } = (await rateSeason(season, quietly))[season.models.indexOf('a')]!
  return { low: low!, high: high! }
}

const grid = new Map<number, Interval[]>()
for (const n of [10, 20, 40, 80]) {
  grid.set(n, await Promise.all(Array.from({ length: n + 1 }, (_, won) => intervalOf(won, n))))
}

function coverage(n: number, logit: number): number {
  const truth = 1000 + pointsPerLogit * logit
  const chance = 1 / (1 + Math.exp(-logit))
  let held = 0
  /** Of exactly this many wins. */
  let probability = (1 - chance) ** n
  for (const [won, { low, high }] of grid.get(n)!.entries()) {
    if (low <= truth && truth <= high) held += probability
    probability *= ((n - won) / (won + 1)) * Math.exp(logit)
  }
  return held
}

const toLogit = (chance: number) => Math.log(chance / (1 - chance))
const cells = [...grid.keys()].flatMap((n) => [0.5, 0.7, 0.9, 0.95].map((chance) => [n, chance] as const))

test.each(cells)('with %i races, won with %f, it is right about as often as it claims', (n, chance) => {
  // The number of wins is whole: of ten races at 95 % an interval can contain the true value in 91.4 % or in 98.8 %,
  // and in nothing between.
  expect(coverage(n, toLogit(chance))).toBeGreaterThan(0.93)
  expect(coverage(n, toLogit(chance))).toBeLessThan(0.99)
  // Averaged over nearby chances that evens out.
  const nearby = Array.from({ length: 41 }, (_, step) => coverage(n, toLogit(chance) + (step - 20) / 40))
  const mean = nearby.reduce((sum, each) => sum + each, 0) / nearby.length
  expect(mean).toBeGreaterThan(0.94)
  expect(mean).toBeLessThan(n < 40 ? 0.986 : 0.97)
})

test.each([40, 56, 72, 76])('with %i of 80 won it is hardly wider than Wilson’s', (won) => {
  const { low, high } = grid.get(80)![won]!
  const bySharesWon = wilson(won, 80)
  const width = pointsPerLogit * (toLogit(bySharesWon.high) - toLogit(bySharesWon.low))
  expect((high - low) / width).toBeGreaterThan(0.9)
  expect((high - low) / width).toBeLessThan(1.1)
})
