import type { Rating } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PairScore } from './pair-scores.ts'
import { createRaceBook } from './race-book.ts'
import { createRandom } from './random.ts'
import { racesForInterval, rateSeason } from './ratings.ts'

const quietly = async () => {}

async function rate(races: readonly PairScore[][]): Promise<Record<string, Rating>> {
  const book = createRaceBook()
  for (const each of races) book.add(each)
  const season = await book.result(quietly)
  const ratings = await rateSeason(season, quietly)
  return Object.fromEntries(season.models.map((model, index) => [model, ratings[index]!]))
}

/** A race of these models in this order of arrival. */
function order(...models: string[]): PairScore[] {
  return models.flatMap((winner, place) =>
    models
      .slice(place + 1)
      .map((loser) =>
        winner < loser
          ? { a: winner, b: loser, aWins: 1, ties: 0, bWins: 0 }
          : { a: loser, b: winner, aWins: 0, ties: 0, bWins: 1 },
      ),
  )
}

const tie = (a: string, b: string): PairScore[] => [{ a, b, aWins: 0, ties: 1, bWins: 0 }]
const times = <Each>(n: number, each: Each): Each[] => Array<Each>(n).fill(each)

test('two models differ by the odds, the phantom’s two races among them', async () => {
  // With x the odds that a beats b, a's strength over the phantom's is √x: 300x' = 100 in the limit of many races.
  const { a, b } = await rate([...times(3_000, order('a', 'b')), ...times(1_000, order('b', 'a'))])
  expect(a!.value - b!.value).toBeCloseTo((400 / Math.LN10) * Math.log(3), 0)
  expect((a!.value + b!.value) / 2).toBeCloseTo(1000, 9)
  expect(a).toMatchObject({ rank: 1, group: 1, races: 4_000 })
  expect(b).toMatchObject({ rank: 2, group: 1, races: 4_000 })
})

test('of two models the interval of one is the mirror of the other’s', async () => {
  const { a, b } = await rate([...times(20, order('a', 'b')), ...times(7, order('b', 'a'))])
  expect(a!.low! + b!.high!).toBeCloseTo(2_000, 6)
  expect(a!.high! + b!.low!).toBeCloseTo(2_000, 6)
})

test('a model that never lost stays finite, and the surer the more it raced', async () => {
  const few = await rate(times(20, order('a', 'b')))
  const many = await rate(times(2_000, order('a', 'b')))
  for (const { a } of [few, many]) {
    expect(a!.value).toBeGreaterThan(1000)
    expect(Number.isFinite(a!.high)).toBe(true)
    expect(a!.high! - a!.low!).toBeGreaterThan(20)
  }
  expect(many.a!.low).toBeGreaterThan(few.a!.low!)
})

test('few races have a rating, and neither interval nor rank', async () => {
  const { a } = await rate(times(racesForInterval - 1, order('a', 'b')))
  expect(a).toMatchObject({ low: null, high: null, rank: null, races: racesForInterval - 1 })
  expect((await rate(times(racesForInterval, order('a', 'b')))).a!.rank).toBe(1)
})

test('dead heats alone leave two models level, and share the rank', async () => {
  const { a, b } = await rate(times(50, tie('a', 'b')))
  expect([a!.value, b!.value, a!.rank, b!.rank]).toEqual([1000, 1000, 1, 1])
  expect(a!.low).toBeLessThan(1000)
  expect(a!.high).toBeGreaterThan(1000)
  expect(a!.high! - a!.low!).toBeLessThan(60)
})

test('models that never met have groups of their own, the largest first', async () => {
  const rated = await rate([
    ...times(40, order('x', 'y')),
    ...times(40, order('a', 'b')),
    ...times(40, order('b', 'c')),
  ])
  expect(Object.entries(rated).map(([model, { group, rank }]) => [model, group, rank])).toEqual([
    ['a', 1, 1],
    ['b', 1, 2],
    ['c', 1, 3],
    ['x', 2, 1],
    ['y', 2, 2],
  ])
  expect((rated.x!.value + rated.y!.value) / 2).toBeCloseTo(1000, 9)
})

test('two models that won equally often share rank 1, and one whose interval lies below both has rank 3', async () => {
  const rated = await rate([...times(30, order('a', 'b', 'c')), ...times(30, order('b', 'a', 'c'))])
  expect([rated.a!.rank, rated.b!.rank, rated.c!.rank]).toEqual([1, 1, 3])
})

test('a race of eight lanes is one observation and not twenty-eight', async () => {
  const models = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const turned = [...models].reverse()
  // The same pairs: once in whole races, half of them in the reverse order, and once each pair as a race of its own.
  const whole = await rate([...times(15, order(...models)), ...times(15, order(...turned))])
  const apart = await rate([
    ...times(
      15,
      order(...models).map((pair) => [pair]),
    ).flat(),
    ...times(
      15,
      order(...turned).map((pair) => [pair]),
    ).flat(),
  ])
  const width = ({ low, high }: Rating) => high! - low!
  expect(whole.a!.value).toBeCloseTo(apart.a!.value, 6)
  expect(width(whole.a!)).toBeGreaterThan(1.8 * width(apart.a!))
})

/** A few races of four models, with no certain order among these. */
const anyRaces = fc.array(
  fc.oneof(
    fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 2 }).map((models) => order(...models)),
    fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 2, maxLength: 2 }).map((models) => {
      const [first, second] = [...models].sort() as [string, string]
      return tie(first, second)
    }),
  ),
  { minLength: 1, maxLength: 12 },
)

test('the order of races and of lanes changes nothing, to the last digit', async () => {
  await fc.assert(
    fc.asyncProperty(anyRaces, async (races) => {
      const many = races.flatMap((each) => times(4, each))
      expect(await rate(many.toReversed().map((each) => each.toReversed()))).toEqual(await rate(many))
    }),
    { numRuns: 8 },
  )
})

test('a draw moves two models towards each other', async () => {
  await fc.assert(
    fc.asyncProperty(anyRaces, async (races) => {
      const known = [...races, order('a', 'b')]
      const before = await rate(known)
      const after = await rate([...known, tie('a', 'b')])
      const apart = ({ a, b }: Record<string, Rating>) => Math.abs(a!.value - b!.value)
      expect(apart(after)).toBeLessThanOrEqual(apart(before) + 1e-3)
    }),
    { numRuns: 15 },
  )
})

test('a win lifts the winner above where it was against the loser', async () => {
  await fc.assert(
    fc.asyncProperty(anyRaces, async (races) => {
      const known = [...races, tie('a', 'b')]
      const before = await rate(known)
      const after = await rate([...known, order('a', 'b')])
      expect(after.a!.value - after.b!.value).toBeGreaterThan(before.a!.value - before.b!.value)
    }),
    { numRuns: 15 },
  )
})

test('the interval contains the true value about as often as it claims', async () => {
  // Four models, times exponential with means in these odds: then i beats j with probability πi / (πi + πj), exactly.
  const strengths = { a: 4, b: 2, c: 1, d: 1 }
  const logs = Object.values(strengths).map(Math.log)
  const mean = logs.reduce((sum, log) => sum + log) / logs.length
  const random = createRandom(7)
  let held = 0
  const histories = 60
  for (let history = 0; history < histories; history++) {
    const races = Array.from({ length: 30 }, () => {
      const arrivals = Object.entries(strengths).map(([model, strength]) => ({
        model,
        at: random.exponential() / strength,
      }))
      return order(...arrivals.sort((one, other) => one.at - other.at).map(({ model }) => model))
    })
    const rated = await rate(races)
    for (const [index, model] of Object.keys(strengths).entries()) {
      const truth = 1000 + (400 / Math.LN10) * (logs[index]! - mean)
      if (rated[model]!.low! <= truth && truth <= rated[model]!.high!) held++
    }
  }
  // 240 intervals, each four of one history not independent: 95 % ± 4 %.
  expect(held / (4 * histories)).toBeGreaterThan(0.91)
  expect(held / (4 * histories)).toBeLessThan(0.995)
})

test('it pauses while it draws', async () => {
  const book = createRaceBook()
  const random = createRandom(1)
  const models = Array.from({ length: 8 }, (_, index) => `m${index}`)
  for (let race = 0; race < 500; race++) {
    book.add(
      order(
        ...models
          .map((model) => ({ model, at: random.exponential() }))
          .sort((a, b) => a.at - b.at)
          .map(({ model }) => model),
      ),
    )
  }
  let pauses = 0
  await rateSeason(await book.result(quietly), async () => {
    pauses++
  })
  expect(pauses).toBeGreaterThan(20)
})
