import { expect, test } from 'vitest'
import { failed, lane, race, stopped } from '../testing/raced-lanes.ts'
import { board, summary, whyNot } from '../testing/read-board.ts'

test('the faster lane wins, and the other has a race without a win', async () => {
  expect(await summary([race([lane('slow', 900), lane('fast', 500)])])).toEqual([
    ['fast', 1, 1, 0],
    ['slow', 1, 0, 0],
  ])
})

test('a model is marked whose speed holds tokens that our tokenizer counted; an answer that failed does not mark it', async () => {
  const counted = lane('counted', 500, { isEstimated: true })
  const broken = { ...failed('own'), isEstimated: true }
  const { rows } = await board([race([counted, lane('own', 900)]), race([lane('counted', 500), broken])])
  expect(rows.map(({ model, isEstimated }) => [model, isEstimated])).toEqual([
    ['counted', true],
    ['own', false],
  ])
})

test('lanes within the margin share the win, and the third of them is left behind', async () => {
  const { rows } = await board([race([lane('a', 500), lane('b', 500.8), lane('c', 502)])])
  expect(rows.map(({ model, wins, deadHeats, winRate }) => [model, wins, deadHeats, winRate])).toEqual([
    ['a', 0, 1, 0.5],
    ['b', 0, 1, 0.5],
    ['c', 0, 0, 0],
  ])
})

test('a lane that failed has lost', async () => {
  expect(await summary([race([failed('broken'), lane('fine', 900)])])).toEqual([
    ['fine', 1, 1, 0],
    ['broken', 1, 0, 0],
  ])
})

test('the same model in several lanes has run one race, with what it won on average of one lane by lot', async () => {
  const { rows } = await board([
    race([lane('a', 500), lane('a', 700), lane('b', 600)]),
    race([lane('a', 500), lane('a', 500.5), lane('b', 500.5), lane('b', 900)]),
  ])
  expect(rows.map(({ model, races, wins, deadHeats }) => [model, races, wins, deadHeats])).toEqual([
    ['a', 2, 1, 1],
    ['b', 2, 0, 1],
  ])
  // One lane of each model, drawn by lot: of two draws one is a win; of four, two are wins and two dead heats.
  expect(rows[0]?.winRate).toBeCloseTo((1 / 2 + 3 / 4) / 2, 12)
  expect(rows[1]?.winRate).toBeCloseTo((1 / 2 + 1 / 4) / 2, 12)
})

test('a lane of the winner’s model that failed costs it nothing where the other model failed too', async () => {
  const { rows } = await board([race([lane('a', 500), failed('a'), failed('b')])])
  expect(rows.map(({ model, winRate }) => [model, winRate])).toEqual([
    ['a', 1],
    ['b', 0],
  ])
})

test('twins that tie with each other alone have won, as their head to head says', async () => {
  const races = Array.from({ length: 12 }, () => race([lane('a', 500), lane('a', 500.5), lane('b', 900)]))
  const { rows, headToHead } = await board(races)
  expect(rows.map(({ model, wins, deadHeats, winRate }) => [model, wins, deadHeats, winRate])).toEqual([
    ['a', 12, 0, 1],
    ['b', 0, 0, 0],
  ])
  expect(headToHead).toMatchObject([{ a: 'a', b: 'b', wins: 12, losses: 0 }])
})

test('a dead heat of three lanes of two models is shared by the models', async () => {
  const { rows } = await board([race([lane('a', 500), lane('a', 500.5), lane('b', 500.2)])])
  expect(rows.map(({ deadHeats, winRate }) => [deadHeats, winRate])).toEqual([
    [1, 0.5],
    [1, 0.5],
  ])
})

test('a model does not stand higher for running in more lanes than its equal', async () => {
  // Each order of three lanes once.
  const orders = [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 2, 1],
  ]
  const { rows } = await board(
    orders.map(([one = 0, other = 0, alone = 0]) =>
      race([lane('a', one * 100), lane('a', other * 100), lane('b', alone * 100)]),
    ),
  )
  expect(rows.map(({ winRate }) => winRate)).toEqual([0.5, 0.5])
})

test('many lanes in few races are preliminary, with the interval of few races', async () => {
  const fifteen = [...Array.from({ length: 15 }, (_, index) => lane('a', 500 + 10 * index)), lane('b', 900)]
  const many = await board(Array.from({ length: 5 }, () => race(fifteen)))
  const one = await board(Array.from({ length: 5 }, () => race([failed('a'), lane('b', 900)])))
  expect(many.rows.map(({ model, races, isPreliminary }) => [model, races, isPreliminary])).toEqual([
    ['a', 5, true],
    ['b', 5, true],
  ])
  expect(many.rows[1]?.winRateHigh).toBe(one.rows[1]?.winRateHigh)
})

test('races that are no contest are left out, with the reason', async () => {
  const two = [lane('a', 500), lane('b', 600)]
  expect(await whyNot([lane('a', 500)])).toEqual([{ why: 'fewer than two different models', races: 1 }])
  expect(await whyNot([lane('a', 500), lane('a', 600)])).toEqual([
    { why: 'fewer than two different models', races: 1 },
  ])
  expect(await whyNot([failed('a'), failed('b')])).toEqual([{ why: 'no finisher', races: 1 }])
  expect(await whyNot(two, { status: 'running' })).toEqual([{ why: 'still running', races: 1 }])
  expect(await whyNot(two, { status: 'interrupted' })).toEqual([
    { why: 'interrupted: the app ended before the race did', races: 1 },
  ])
  const [imported] = await whyNot(two, { isImported: true })
  expect(imported?.why).toBe("imported: another machine's clock took the times")
  const [cold] = await whyNot(two, { coldStart: true })
  expect(cold?.why).toBe('cold start: opening the connections was part of the times')
  // The last lane was stopped before it had left.
  for (const early of [stopped('b', 100), stopped('b', 499), { ...stopped('b', 0), elapsedMs: null }]) {
    const [left] = await whyNot([lane('a', 500), early])
    expect(left?.why).toBe('the others were stopped early')
  }
  expect(await whyNot([lane('a', 500), stopped('b', 500)])).toEqual([])
})

test('of the races that count it is told how many were disturbed or asked unalike, and their median margin', async () => {
  const [a, b] = [lane('a', 500), lane('b', 600, { askedLike: 1 })]
  const disturbed = { isDisturbed: true, marginMs: 3 }
  const races = [
    race([a, lane('b', 600)]),
    race([a, b], disturbed),
    race([a, b], { marginMs: null }),
    race([a], disturbed),
  ]
  expect(await board(races)).toMatchObject({ marginMs: 2, disturbedRaces: 1, askedDifferentlyRaces: 2 })
})

test('races that somebody stopped, or that ran into the deadline, count', async () => {
  const two = [lane('a', 500), failed('b')]
  expect(await summary([race(two, { status: 'stopped' }), race(two, { status: 'deadline' })])).toEqual([
    ['a', 2, 2, 0],
    ['b', 2, 0, 0],
  ])
})

test('a stopped lane has lost to one that was done before', async () => {
  expect(await summary([race([lane('quick', 500), stopped('slow', 800)])])).toEqual([
    ['quick', 1, 1, 0],
    ['slow', 1, 0, 0],
  ])
})

test('a lane that was stopped too early to be beaten is as if it had not started', async () => {
  expect(await summary([race([lane('a', 500), lane('b', 600), stopped('c', 100)])])).toEqual([
    ['a', 1, 1, 0],
    ['b', 1, 0, 0],
  ])
})

test('a model does not win against itself when the other model was stopped early', async () => {
  const lanes = [lane('a', 500), lane('a', 600), stopped('b', 100)]
  expect(await whyNot(lanes)).toEqual([{ why: 'the others were stopped early', races: 1 }])
})

test('by time to first token only lanes that stream are compared', async () => {
  const lanes = [
    lane('a', 500),
    lane('b', 400, { stream: false, ttftMs: null, decodeTokensPerSecond: null }),
    lane('c', 900),
  ]
  expect(await summary([race(lanes)], { by: 'ttft' })).toEqual([
    ['a', 1, 1, 0],
    ['c', 1, 0, 0],
  ])
  expect(await whyNot(lanes.slice(0, 2), {}, { by: 'ttft' })).toEqual([
    { why: 'fewer than two different models that streamed', races: 1 },
  ])
  const unstreamed = { ...failed('b'), stream: false }
  expect(await summary([race([lane('a', 500), unstreamed])], { by: 'decode' })).toEqual([])
})

test.each(['ttft', 'decode', 'cost'] as const)(
  'by %s a lane that somebody stopped has not lost',
  async (by) => {
    const lanes = [lane('a', 500), lane('b', 600), stopped('c', 800)]
    expect((await summary([race(lanes)], { by })).map(([model]) => model)).toEqual(['a', 'b'])
    expect(await whyNot([lane('a', 500), stopped('c', 800)], {}, { by })).toEqual([
      { why: 'the others were stopped: only the total time tells who was slower', races: 1 },
    ])
  },
)

test('an unknown price is no loss, and a failed lane is one', async () => {
  const unpriced = lane('unpriced', 100, { costUsd: null })
  expect(await summary([race([unpriced, lane('cheap', 400), lane('dear', 900)])], { by: 'cost' })).toEqual([
    ['cheap', 1, 1, 0],
    ['dear', 1, 0, 0],
  ])
  expect(await summary([race([failed('broken'), lane('dear', 900)])], { by: 'cost' })).toEqual([
    ['dear', 1, 1, 0],
    ['broken', 1, 0, 0],
  ])
})

test('the streaming filter compares lanes of that kind alone', async () => {
  const lanes = [lane('a', 500), lane('b', 600), lane('c', 100, { stream: false })]
  expect(await summary([race(lanes)], { by: 'total', stream: 'on' })).toEqual([
    ['a', 1, 1, 0],
    ['b', 1, 0, 0],
  ])
  expect((await whyNot(lanes, {}, { by: 'total', stream: 'off' }))[0]?.why).toBe(
    'fewer than two different models',
  )
})

test('many races at a middling rate stand above one lucky win', async () => {
  const lucky = race([lane('lucky', 100), lane('other', 200)])
  const steady = Array.from({ length: 30 }, (_, index) =>
    race([lane('steady', 500), lane('rival', index < 21 ? 600 : 400)]),
  )
  const { rows } = await board([lucky, ...steady])
  expect(rows.map(({ rank, model, isPreliminary }) => [rank, model, isPreliminary])).toEqual([
    [1, 'steady', false],
    [2, 'lucky', true],
    [3, 'rival', false],
    [4, 'other', true],
  ])
})

test('equal rows stand in order of their names', async () => {
  const { rows } = await board([race([lane('b', 500), lane('a', 500.5)])])
  expect(rows.map(({ model }) => model)).toEqual(['a', 'b'])
})

test('medians are over answered entries that count', async () => {
  const { rows } = await board([
    race([lane('a', 100), lane('b', 900)]),
    race([lane('a', 300), lane('b', 900)]),
    race([failed('a'), lane('b', 900)]),
    race([lane('a', 7)]),
  ])
  const a = rows.find(({ model }) => model === 'a')
  expect(a).toMatchObject({ races: 3, medianTotalMs: 200, medianTtftMs: 20, medianOutputTokens: 100 })
  expect(a?.medianCostUsd).toBeCloseTo(0.0002, 12)
  expect(a?.medianDecodeTokensPerSecond).toBeCloseTo((1000 + 1000 / 3) / 2, 6)
})

test('a model with one simulated lane is marked, and shows the provider that it had last', async () => {
  const real = { simulated: false, provider: 'openai' }
  const races = [
    race([lane('a', 100, real), lane('b', 200, { ...real, provider: null })], { startedAtMs: 2 }),
    race([lane('a', 100), lane('b', 200, real)], { startedAtMs: 1 }),
  ]
  const { rows } = await board(races)
  expect(rows.map(({ model, simulated, provider }) => [model, simulated, provider])).toEqual([
    ['a', true, 'openai'],
    ['b', false, 'openai'],
  ])
})

test('each row has its rating, and each two models that met their record', async () => {
  const races = [
    ...Array.from({ length: 12 }, () => race([lane('a', 500), lane('b', 600), lane('c', 600.5)])),
    race([lane('b', 500), lane('a', 600)]),
    race([lane('x', 500), failed('y')]),
  ]
  const { rows, headToHead } = await board(races)
  expect(headToHead).toEqual([
    { a: 'a', b: 'b', wins: 12, ties: 0, losses: 1, races: 13 },
    { a: 'a', b: 'c', wins: 12, ties: 0, losses: 0, races: 12 },
    { a: 'b', b: 'c', wins: 0, ties: 12, losses: 0, races: 12 },
    { a: 'x', b: 'y', wins: 1, ties: 0, losses: 0, races: 1 },
  ])
  const ratings = Object.fromEntries(rows.map(({ model, rating }) => [model, rating]))
  expect([ratings.a?.rank, ratings.b?.rank, ratings.c?.rank]).toEqual([1, 2, 2])
  expect(ratings.x).toMatchObject({ group: 2, rank: null, low: null, races: 1 })
  expect(ratings.x?.value).toBeGreaterThan(1000)
})

test('by decode speed the faster one is rated higher', async () => {
  const { rows } = await board([race([lane('a', 500), lane('b', 600)])], { by: 'decode' })
  const value = (model: string) => rows.find((row) => row.model === model)?.rating?.value
  expect(value('a')).toBeGreaterThan(value('b') ?? Number.POSITIVE_INFINITY)
})

test('percentiles are of races, not of lanes', async () => {
  const twins = Array.from({ length: 30 }, (_, index) =>
    race([lane('a', 500), lane('a', 510), lane('b', 600)], { id: `race ${index}` }),
  )
  const { rows } = await board(twins)
  const few = { races: 30, p95Ms: null, p99Ms: null }
  expect(rows.find(({ model }) => model === 'a')?.percentiles).toEqual({
    ttft: { ...few, p50Ms: 50.5 },
    total: { ...few, p50Ms: 505 },
  })
})
