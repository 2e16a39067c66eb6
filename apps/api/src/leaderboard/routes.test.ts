import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ApiError, Leaderboard, Paired } from '@drag-race/contracts'
import express from 'express'
import type { Insertable } from 'kysely'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { ApiFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import { openDatabase } from '../history/open-database.ts'
import type { LanesTable, RacesTable } from '../history/schema.ts'
import { dayMs } from './query.ts'
import { createLeaderboardRoutes } from './routes.ts'

const now = new Date('2026-05-04T10:00:00Z')

async function startApp(racesMax?: number) {
  const db = await openDatabase(':memory:')
  const context: AppContext = {
    db,
    log: pino({ level: 'silent' }),
    gateway: { url: '', metricsUrl: '', isDefaultAddress: true, apiKey: null },
    now: () => now,
    nowMs: () => 0,
  }
  const app = express()
  app.use('/api', createLeaderboardRoutes(context, racesMax))
  app.use(((fault, _request, response, _next) => {
    const { status, code, message } = fault as ApiFault
    response.status(status).json({ error: { code, message } })
  }) satisfies express.ErrorRequestHandler)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await db.destroy()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/leaderboard`
  const get = (query = '') => fetch(url + query)
  const board = async (query = '') => (await (await get(query)).json()) as Leaderboard
  const models = async (query = '') =>
    (await board(query)).rows.map(({ model, races }) => `${model} ${races}`)
  const getPaired = (query: string) => fetch(`${url}/paired${query}`)
  const paired = async (query: string) => (await (await getPaired(query)).json()) as Paired
  return { db, get, board, models, getPaired, paired, writeRace: (race: Race) => writeRace(db, race) }
}

interface Race {
  daysAgo?: number
  category?: string
  totals: Record<string, Partial<LanesTable> & { total_ms: number | null }>
  race?: Partial<Insertable<RacesTable>>
}

let races = 0

async function writeRace(db: AppContext['db'], { daysAgo = 0, category, totals, race }: Race) {
  const id = `race-${String(races++).padStart(6, '0')}`
  const startedAtMs = now.getTime() - daysAgo * dayMs
  await db
    .insertInto('races')
    .values({
      id,
      started_at: new Date(startedAtMs).toISOString(),
      started_at_ms: startedAtMs,
      status: 'finished',
      prompt: 'p',
      category: category ?? null,
      prompt_id: null,
      request_json: '{}',
      finish_json: '"done"',
      margin_ms: 1,
      verdict_json: null,
      gateway_added_json: null,
      clock_json: null,
      cold_start: 0,
      ...race,
    })
    .execute()
  const lanes = Object.entries(totals).map(
    ([model, other], lane): LanesTable => ({
      race_id: id,
      lane,
      model,
      provider: 'simulator',
      simulated: 1,
      sentinel: 0,
      stream: 1,
      asked_like: 0,
      place: null,
      dead_heat: 0,
      outcome: other.total_ms === null ? 'failed' : 'done',
      error_code: null,
      answer: 'An answer.',
      reasoning: '',
      ttft_ms: 100,
      elapsed_ms: other.total_ms,
      decode_tps: 50,
      output_tokens: 100,
      sent_tokens: 100,
      is_estimated: 0,
      cost_usd: null,
      slip_json: '{}',
      ...other,
    }),
  )
  await db.insertInto('lanes').values(lanes).execute()
}

const ab = { a: { total_ms: 500 }, b: { total_ms: 900 } }

test('the board is read from the history', async () => {
  const { writeRace, board } = await startApp()
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
  const { writeRace, board } = await startApp()
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
  // Lanes that did not stream are another question.
  expect((await board('?stream=off')).rows).toEqual([])
})

test('an empty history is an empty board', async () => {
  const { board } = await startApp()
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

test('category, streaming and time span each narrow the races', async () => {
  const { writeRace, models, board } = await startApp()
  await writeRace({ totals: ab, category: 'coding' })
  await writeRace({ totals: ab, category: 'maths', daysAgo: 3 })
  await writeRace({ totals: ab, daysAgo: 20 })
  const silent = { stream: 0 as const, ttft_ms: null, decode_tps: null }
  await writeRace({ totals: { c: { total_ms: 1, ...silent }, d: { total_ms: 9, ...silent } }, daysAgo: 300 })
  expect(await models('?category=coding')).toEqual(['a 1', 'b 1'])
  expect(await models('?span=day')).toEqual(['a 1', 'b 1'])
  expect(await models('?span=week')).toEqual(['a 2', 'b 2'])
  expect(await models('?span=month')).toEqual(['a 3', 'b 3'])
  expect(await models('?span=all&stream=on')).toEqual(['a 3', 'b 3'])
  expect(await models('?stream=off')).toEqual(['c 1', 'd 1'])
  expect(await models('?by=ttft&stream=off')).toEqual([])
  expect((await board('?by=ttft')).by).toBe('ttft')
})

test('tags narrow the races of the board and of two models, all of them at once', async () => {
  const { writeRace, models, board, paired } = await startApp(2)
  const tagged = (tags: Record<string, string>) => ({ tags_json: JSON.stringify(tags) })
  for (let race = 0; race < 3; race++) {
    await writeRace({ totals: ab, daysAgo: 5, race: tagged({ build: '1.4.0', region: 'eu' }) })
  }
  await writeRace({ totals: { c: { total_ms: 1 }, d: { total_ms: 2 } }, race: tagged({ build: '1.4.1' }) })
  // More of others, and newer, than a board or a page takes.
  for (let race = 0; race < 120; race++)
    await writeRace({ totals: { e: { total_ms: 1 }, f: { total_ms: 2 } } })
  expect(await models('?tag=build:1.4.0')).toEqual(['a 2', 'b 2'])
  expect(await models('?tag=build:1.4.0&tag=region:eu')).toEqual(['a 2', 'b 2'])
  expect(await models('?tag=build:1.4.0&tag=region:us')).toEqual([])
  expect(await models('?tag=build:1.4.1')).toEqual(['c 1', 'd 1'])
  const leftOut = [{ why: 'older than the newest 2 races', races: 1 }]
  expect((await board('?tag=build:1.4.0')).leftOut).toEqual(leftOut)
  expect(await paired('?a=a&b=b&tag=build:1.4.0')).toMatchObject({ races: 2, leftOut })
  expect(await paired('?a=a&b=b&tag=build:1.4.1')).toMatchObject({ races: 0 })
})

test('who wins is told for each category, and of fewer than ten races nothing but their number', async () => {
  const { writeRace, board } = await startApp()
  const ba = { a: { total_ms: 900 }, b: { total_ms: 500 } }
  for (let race = 0; race < 12; race++) await writeRace({ totals: race < 9 ? ba : ab, category: 'maths' })
  for (let race = 0; race < 9; race++) await writeRace({ totals: ab, category: 'coding' })
  await writeRace({ totals: ab })
  await writeRace({ totals: { a: { total_ms: 1 } }, category: 'prose' })
  const { byCategory } = await board()
  expect(byCategory).toMatchObject([
    {
      category: 'maths',
      races: 12,
      models: [
        { model: 'a', races: 12, rate: { value: 0.25 } },
        { model: 'b', races: 12, rate: { value: 0.75 } },
      ],
    },
    { category: 'coding', races: 9, models: [{ model: 'a', races: 9, rate: null }, { model: 'b' }] },
    { category: null, races: 1 },
  ])
  expect(byCategory[0]?.models[1]?.rate?.low).toBeCloseTo(0.468, 3)
  expect((await board('?category=coding')).byCategory).toMatchObject([{ category: 'coding' }])
})

test('of very many categories those with most races are told', async () => {
  const { writeRace, board } = await startApp()
  for (let race = 0; race < 30; race++) await writeRace({ totals: ab, category: `own ${race}` })
  await writeRace({ totals: ab, category: 'own 29' })
  const { byCategory } = await board()
  expect(byCategory).toHaveLength(24)
  expect(byCategory[0]).toMatchObject({ category: 'own 29', races: 2 })
})

test('a running and an interrupted race are left out', async () => {
  const { writeRace, board } = await startApp()
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
  const { writeRace, board, paired } = await startApp()
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
  const { writeRace, models } = await startApp()
  for (let race = 0; race < 250; race++) await writeRace({ totals: ab, daysAgo: race % 2 })
  expect(await models()).toEqual(['a 250', 'b 250'])
})

test('of more races than a board takes the newest are taken, and the others are told', async () => {
  const { writeRace, board } = await startApp(3)
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
  const { get } = await startApp()
  const response = await get(query)
  expect(response.status).toBe(400)
  expect(((await response.json()) as ApiError).error.code).toBe('invalid_request')
})

test('two models are compared over the races that both ran', async () => {
  const { writeRace, paired } = await startApp()
  for (let race = 0; race < 8; race++) {
    await writeRace({ totals: { a: { total_ms: 500 + race }, b: { total_ms: 540 + 2 * race } } })
  }
  await writeRace({ totals: { a: { total_ms: 500 }, c: { total_ms: 1 } } })
  await writeRace({ totals: { a: { total_ms: 1 }, b: { total_ms: 9 } }, category: 'maths', daysAgo: 3 })
  const { races, total, ttft } = await paired('?a=a&b=b&span=day')
  expect(races).toBe(8)
  expect(total).toEqual({ n: 8, estimated: 0, median: -43.5, low: -48, high: -39, margin: 1, better: 'a' })
  expect(ttft).toMatchObject({ n: 8, median: 0, better: null })
  expect((await paired('?a=a&b=b&category=maths')).total).toMatchObject({ n: 1, median: -8, low: null })
})

test('of more races than are looked at the others are told', async () => {
  const { writeRace, paired } = await startApp(3)
  for (let daysAgo = 0; daysAgo < 5; daysAgo++) await writeRace({ totals: ab, daysAgo })
  expect(await paired('?a=a&b=b')).toMatchObject({
    races: 3,
    leftOut: [{ why: 'older than the newest 3 races', races: 2 }],
  })
})

test.each(['', '?a=a', '?a=a&b=a', '?a=a&b=b&by=ttft', '?a=a&b=b&span=year'])(
  'a pair that cannot be meant is refused: %s',
  async (query) => {
    const { getPaired } = await startApp()
    expect((await getPaired(query)).status).toBe(400)
  },
)

test('a race that ends changes the board that was kept', async () => {
  const { db, writeRace, models } = await startApp()
  await writeRace({ totals: ab })
  await writeRace({ totals: ab, race: { status: 'running' } })
  expect(await models()).toEqual(['a 1', 'b 1'])
  await db.updateTable('races').set({ status: 'finished' }).execute()
  expect(await models()).toEqual(['a 2', 'b 2'])
  await db.deleteFrom('races').execute()
  expect(await models()).toEqual([])
})

test('a race that was deleted and comes back as an import changes the board that was kept', async () => {
  const { db, writeRace, board } = await startApp()
  await writeRace({ totals: ab })
  expect((await board()).leftOut).toEqual([])
  await db.updateTable('races').set({ origin: 'imported' }).execute()
  const { rows, leftOut } = await board()
  expect(rows).toEqual([])
  expect(leftOut).toMatchObject([{ races: 1 }])
})

test('in a disturbed race nothing is claimed within its lag, and the board says how many there are', async () => {
  const { writeRace, board, paired } = await startApp()
  const clock = { calibratedAt: now.toISOString(), lagMs: 60, disturbed: true, sentinel: null }
  const totals = { a: { total_ms: 500 }, b: { total_ms: 540 } }
  for (let count = 0; count < 8; count++) {
    await writeRace({ totals, race: { margin_ms: 2, clock_json: JSON.stringify(clock) } })
  }
  expect(await board()).toMatchObject({
    marginMs: 60,
    disturbedRaces: 8,
    rows: [{ deadHeats: 8 }, { deadHeats: 8 }],
    headToHead: [{ wins: 0, ties: 8 }],
  })
  expect((await paired('?a=a&b=b')).total).toMatchObject({ median: -40, margin: 60, better: null })
  const still = JSON.stringify({ ...clock, lagMs: 1, disturbed: false })
  await writeRace({ totals, race: { margin_ms: 2, clock_json: still } })
  expect(await board()).toMatchObject({ disturbedRaces: 8, rows: [{ model: 'a', wins: 1 }, { model: 'b' }] })
})

test('races whose lanes were asked differently count, the board says how many, and are in no difference of two models', async () => {
  const { writeRace, board, paired } = await startApp()
  const short = {
    a: { total_ms: 20, output_tokens: 3 },
    b: { total_ms: 900, output_tokens: 60, asked_like: 1 },
  }
  for (let count = 0; count < 8; count++) await writeRace({ totals: short })
  await writeRace({ totals: ab })
  // The third lane is asked like none of the two that are compared.
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
  const { writeRace, board } = await startApp()
  await writeRace({ totals: { a: { total_ms: 500, is_estimated: 1 }, b: { total_ms: 900 } } })
  expect((await board()).rows).toMatchObject([
    { model: 'a', isEstimated: true },
    { model: 'b', isEstimated: false },
  ])
})

test('the difference of two speeds says in how many races our tokenizer counted; times hold no tokens', async () => {
  const { writeRace, paired } = await startApp()
  await writeRace({ totals: ab })
  await writeRace({ totals: { a: { total_ms: 500 }, b: { total_ms: 900, is_estimated: 1 } } })
  expect(await paired('?a=a&b=b')).toMatchObject({
    decode: { n: 2, estimated: 1 },
    total: { n: 2, estimated: 0 },
  })
})

test('the margin of a speed is that of the tokens which were sent: reasoning that stayed hidden makes it no finer', async () => {
  const { writeRace, board, paired } = await startApp()
  // 100 tokens of 600 were seen, in some 200 ms: 24 tokens a second either way, at this margin.
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
