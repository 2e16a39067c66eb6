import type { ApiError } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { ab, now, startBoard } from '../testing/start-board.ts'

test('the board is read from the history', async () => {
  const { writeRace, board } = await startBoard()
  await writeRace({ totals: ab })
  await writeRace({ totals: { a: { total_ms: 700 }, b: { total_ms: null } } })
  await writeRace({ totals: { a: { total_ms: 700 } } })
  const { by, rows, ttftOverTime, leftOut } = await board()
  expect(by).toBe('total')
  expect(rows).toMatchObject([
    {
      rank: 1,
      model: 'a',
      provider: 'simulator',
      simulated: true,
      races: 2,
      wins: 2,
      deadHeats: 0,
      winRate: 1,
      winRateHigh: 1,
      medianTotalMs: 600,
      medianTtftMs: 100,
      medianDecodeTokensPerSecond: 50,
      medianCostUsd: null,
      isPreliminary: true,
    },
    { rank: 2, model: 'b', races: 2, wins: 0, winRate: 0, winRateLow: 0, medianTotalMs: 900 },
  ])
  expect(ttftOverTime).toEqual([
    { model: 'a', points: [{ at: now.toISOString(), ttftMs: 100 }] },
    { model: 'b', points: [{ at: now.toISOString(), ttftMs: 100 }] },
  ])
  expect(leftOut).toEqual([{ why: 'fewer than two different models', races: 1 }])
})

test('how often a model answered is told of its own calls, also where all failed, and not of those that were stopped', async () => {
  const { writeRace, board } = await startBoard()
  const broken = { total_ms: null }
  for (let count = 0; count < 26; count++) await writeRace({ totals: ab })
  await writeRace({ totals: { a: { total_ms: 500 }, b: broken } })
  await writeRace({ totals: { a: broken, b: broken } })
  await writeRace({ totals: { a: { total_ms: 500 }, b: broken }, race: { status: 'deadline' } })
  const stopped = { total_ms: null, elapsed_ms: 900, outcome: 'stopped' as const }
  await writeRace({ totals: { a: { total_ms: 500 }, b: stopped }, race: { status: 'stopped' } })
  await writeRace({ totals: { a: broken, b: broken }, race: { status: 'interrupted' } })
  const { rows } = await board()
  expect(rows.map(({ model, reliability }) => ({ model, ...reliability }))).toMatchObject([
    { model: 'a', answered: 29, calls: 30 },
    { model: 'b', answered: 26, calls: 29 },
  ])
  expect(rows[1]?.reliability.low).toBeCloseTo(0.736, 3)
  expect(rows[1]?.reliability.high).toBeCloseTo(0.964, 3)
  // By lanes that did not stream it is another board.
  expect((await board('?stream=off')).rows).toEqual([])
})

test('an empty history is an empty board', async () => {
  const { board } = await startBoard()
  expect(await board()).toEqual({
    by: 'total',
    marginMs: null,
    disturbedRaces: 0,
    askedDifferentlyRaces: 0,
    rows: [],
    headToHead: [],
    byCategory: [],
    ttftOverTime: [],
    leftOut: [],
  })
})

test('a running and an interrupted race are left out', async () => {
  const { writeRace, board } = await startBoard()
  await writeRace({ totals: ab, race: { status: 'running' } })
  await writeRace({ totals: ab, race: { status: 'interrupted' } })
  const { rows, leftOut } = await board()
  expect(rows).toEqual([])
  expect(leftOut.map(({ why }) => why)).toEqual([
    'interrupted: the app ended before the race did',
    'still running',
  ])
})

test('an imported race is left out under the choices that hold it, and the board says so', async () => {
  const { writeRace, board, paired } = await startBoard()
  await writeRace({ totals: ab })
  await writeRace({ totals: ab, race: { origin: 'imported' } })
  await writeRace({
    totals: { a: { total_ms: 1 }, c: { total_ms: 9 } },
    race: { origin: 'imported' },
    daysAgo: 3,
  })
  const why = "imported: another machine's clock took the times"
  const { rows, leftOut } = await board()
  expect(rows.map(({ model, races }) => `${model} ${races}`)).toEqual(['a 1', 'b 1'])
  expect(leftOut).toEqual([{ why, races: 2 }])
  expect((await board('?span=day')).leftOut).toEqual([{ why, races: 1 }])
  expect((await board('?category=maths')).leftOut).toEqual([])
  expect(await paired('?a=a&b=b')).toMatchObject({ races: 1, leftOut: [{ why, races: 1 }] })
})

test('a history of several pages is read whole, also when many races began at the same moment', async () => {
  const { writeRace, models } = await startBoard()
  for (let race = 0; race < 250; race++) await writeRace({ totals: ab, daysAgo: race % 2 })
  expect(await models()).toEqual(['a 250', 'b 250'])
})

test('of more races than a board takes the newest are taken, and the others are told', async () => {
  const { writeRace, board } = await startBoard(3)
  for (let daysAgo = 0; daysAgo < 5; daysAgo++) {
    await writeRace({ totals: daysAgo < 3 ? ab : { old: { total_ms: 1 }, older: { total_ms: 2 } }, daysAgo })
  }
  const { rows, leftOut } = await board()
  expect(rows.map(({ model, races }) => [model, races])).toEqual([
    ['a', 3],
    ['b', 3],
  ])
  expect(leftOut).toEqual([{ why: 'older than the newest 3 races', races: 2 }])
})

test.each([
  '?by=luck',
  '?span=year',
  '?stream=maybe',
  '?by=total&by=ttft',
  '?limit=3',
  '?tag=build',
  `?category=${'x'.repeat(101)}`,
])('a query that cannot be meant is refused: %s', async (query) => {
  const { get } = await startBoard()
  const response = await get(query)
  expect(response.status).toBe(400)
  expect(((await response.json()) as ApiError).error.code).toBe('invalid_request')
})

test('a race that ends changes the board that was kept', async () => {
  const { db, writeRace, models } = await startBoard()
  await writeRace({ totals: ab })
  await writeRace({ totals: ab, race: { status: 'running' } })
  expect(await models()).toEqual(['a 1', 'b 1'])
  await db.updateTable('races').set({ status: 'finished' }).execute()
  expect(await models()).toEqual(['a 2', 'b 2'])
  await db.deleteFrom('races').execute()
  expect(await models()).toEqual([])
})

test('a race that was deleted and comes back as an import changes the board that was kept', async () => {
  const { db, writeRace, board } = await startBoard()
  await writeRace({ totals: ab })
  expect((await board()).leftOut).toEqual([])
  await db.updateTable('races').set({ origin: 'imported' }).execute()
  const { rows, leftOut } = await board()
  expect(rows).toEqual([])
  expect(leftOut).toMatchObject([{ races: 1 }])
})

test('in a disturbed race nothing is claimed within its lag and its margin, and the board says how many there are', async () => {
  const { writeRace, board, paired } = await startBoard()
  const clock = { calibratedAt: now.toISOString(), lagMs: 60, disturbed: true, sentinel: null }
  const totals = { a: { total_ms: 500 }, b: { total_ms: 561 } }
  for (let count = 0; count < 8; count++) {
    await writeRace({ totals, race: { margin_ms: 2, clock_json: JSON.stringify(clock) } })
  }
  expect(await board()).toMatchObject({
    marginMs: 62,
    disturbedRaces: 8,
    rows: [{ deadHeats: 8 }, { deadHeats: 8 }],
    headToHead: [{ wins: 0, ties: 8 }],
  })
  expect((await paired('?a=a&b=b')).total).toMatchObject({ median: -61, margin: 62, better: null })
  const still = JSON.stringify({ ...clock, lagMs: 1, disturbed: false })
  await writeRace({ totals, race: { margin_ms: 2, clock_json: still } })
  expect(await board()).toMatchObject({ disturbedRaces: 8, rows: [{ model: 'a', wins: 1 }, { model: 'b' }] })
})

test('races whose lanes were asked differently count, the board says how many, and are in no difference of two models', async () => {
  const { writeRace, board, paired } = await startBoard()
  const short = {
    a: { total_ms: 20, output_tokens: 3 },
    b: { total_ms: 900, output_tokens: 60, asked_like: 1 },
  }
  for (let count = 0; count < 8; count++) await writeRace({ totals: short })
  await writeRace({ totals: ab })
  // The third lane was asked differently from the two that are compared.
  await writeRace({ totals: { ...ab, c: { total_ms: 950, asked_like: 2 } } })
  expect(await board()).toMatchObject({
    askedDifferentlyRaces: 9,
    rows: [
      { model: 'a', races: 10, wins: 10, medianOutputTokens: 3 },
      { model: 'b', races: 10, medianOutputTokens: 60 },
      { model: 'c', races: 1, medianOutputTokens: 100 },
    ],
  })
  expect(await paired('?a=a&b=b')).toMatchObject({
    races: 2,
    total: { n: 2, median: -400, better: null },
    leftOut: [{ why: 'the two were asked with different settings or system prompts', races: 8 }],
  })
})

test('of a model whose answers brought no usage the board says that its tokens are counted here', async () => {
  const { writeRace, board } = await startBoard()
  await writeRace({ totals: { a: { total_ms: 500, is_estimated: 1 }, b: { total_ms: 900 } } })
  expect((await board()).rows).toMatchObject([
    { model: 'a', isEstimated: true },
    { model: 'b', isEstimated: false },
  ])
})

test('the margin of a speed is that of the tokens which were sent: reasoning that stayed hidden makes it no finer', async () => {
  const { writeRace, board, paired } = await startBoard()
  // 100 tokens of 600 were sent, in some 200 ms: at this margin ± 24 tokens a second.
  const lane = (decode_tps: number) => ({ total_ms: 500, decode_tps, output_tokens: 600, sent_tokens: 100 })
  for (let count = 0; count < 8; count++) {
    await writeRace({ totals: { a: lane(502), b: lane(487) }, race: { margin_ms: 4.6 } })
  }
  expect((await board('?by=decode')).rows).toMatchObject([
    { deadHeats: 8, winRate: 0.5 },
    { deadHeats: 8, winRate: 0.5 },
  ])
  const { decode } = await paired('?a=a&b=b')
  expect(decode).toMatchObject({ n: 8, better: null })
  expect(decode.margin).toBeCloseTo((502 * 2 * 4.6) / (99_000 / 502), 0)
})
