import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  emptyRace,
  type GroundTruth,
  type RaceEvent,
  type RacePage,
  RaceRequest,
  type RaceRequestInput,
  type RaceState,
  reduceRace,
  toTimeSlip,
} from '@drag-race/contracts'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { collect, detail, eventsOf, eventually, fold, race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'
import { DatabaseUnavailable, type HistoryDatabase, openDatabase } from './index.ts'
import { createRaceStore } from './store.ts'

let gateway: FakeGateway
let db: HistoryDatabase
let app: TestApp
const folder = mkdtempSync(path.join(tmpdir(), 'history-'))

beforeAll(async () => {
  gateway = await startFakeGateway({
    says: (call) => {
      const message = { content: 'all at once' }
      if (!call.body.stream) return call.json(200, { choices: [{ message, finish_reason: 'stop' }] })
      call.answer('An answer about ÄPFEL, 100% of_it')
      return call.finish('stop', { prompt_tokens: 3, completion_tokens: 9 })
    },
    fails: (call) => call.json(500, { error: { message: 'no' } }),
  })
  await open()
})
afterEach(async () => {
  await db.deleteFrom('races').execute()
})
afterAll(async () => {
  await close()
  await gateway?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open() {
  db = await openDatabase(`file:${path.join(folder, 'new/races.db')}`)
  app = await startApp({ gatewayUrl: gateway.url, db })
}

async function close() {
  await app?.close()
  await db?.destroy()
}

/** Raced to its end, and in the history as finished. */
async function raced(request: Partial<RaceRequestInput> = {}): Promise<RaceState & { raceId: string }> {
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'says' }], ...request })
  const raceId = state.raceId!
  await eventually(async () => expect((await detail(app.url, raceId)).status).not.toBe('running'))
  return { ...state, raceId }
}

async function page(query = ''): Promise<RacePage> {
  const response = await fetch(`${app.url}/api/races${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as RacePage
}

const ids = async (query: string) => (await page(query)).races.map(({ id }) => id)

describe('a race in the history', () => {
  test('has the figures that its tape folds to', async () => {
    const lanes = [{ model: 'fails' }, { model: 'says' }, { model: 'says', stream: false }]
    const state = await raced({ lanes, tags: { team: 'search', build: '1.4' } })
    const kept = await detail(app.url, state.raceId)
    expect(kept).toMatchObject({
      status: 'finished',
      prompt: 'p',
      category: null,
      finish: 'done',
      marginMs: state.end!.marginMs,
      tags: { team: 'search', build: '1.4' },
      request: { prompt: 'p', tags: { team: 'search', build: '1.4' } },
    })
    expect(kept.lanes.at(-1)).toMatchObject({
      lane: 0,
      place: null,
      outcome: 'failed',
      errorCode: 'http_500',
    })
    for (const lane of kept.lanes) {
      expect(lane.slip).toEqual(toTimeSlip(state.lanes[lane.lane]!, state.at))
      expect(lane.place).toBe(state.end!.standings.find((standing) => standing.lane === lane.lane)!.place)
    }
    expect((await page()).races[0]).toEqual({
      ...kept,
      request: undefined,
      gatewayAdded: undefined,
      imported: undefined,
    })
  })

  test('shows the last user message when it was a conversation', async () => {
    const messages = [
      { role: 'user' as const, content: 'first' },
      { role: 'assistant' as const, content: 'yes?' },
      { role: 'user' as const, content: 'second' },
    ]
    const { raceId } = await raced({ prompt: undefined, messages })
    expect((await detail(app.url, raceId)).prompt).toBe('second')
  })

  test('has the text of a prompt of the library, and its category for that very text alone', async () => {
    const text = 'Prove that there are infinitely many primes, in two different ways.'
    const found = async (request: Partial<RaceRequestInput>) => {
      const { raceId } = await raced({ promptId: 'primes-proof', ...request })
      const { prompt, category, request: kept } = await detail(app.url, raceId)
      expect(kept.promptId).toBe('primes-proof')
      return { prompt, category, asked: kept.prompt }
    }
    const library = { prompt: text, category: 'maths', asked: text }
    expect(await found({ prompt: undefined })).toEqual(library)
    expect(await found({ prompt: text })).toEqual(library)
    const own = `${text} Briefly.`
    expect(await found({ prompt: own })).toEqual({ prompt: own, category: null, asked: own })
    const messages = [{ role: 'user' as const, content: text }]
    expect(await found({ prompt: undefined, messages })).toMatchObject({ prompt: text, category: null })
  })

  test('is a few rows, however many its events', async () => {
    const { raceId } = await raced({ lanes: Array(16).fill({ model: 'says' }) })
    const parts = await db.selectFrom('tape_parts').selectAll().where('race_id', '=', raceId).execute()
    expect(parts.at(-1)!.to_seq).toBeGreaterThan(48)
    expect(parts.length).toBeLessThan(8)
  })

  test('goes away whole when it is deleted', async () => {
    const { raceId } = await raced()
    const remove = () => fetch(`${app.url}/api/races/${raceId}`, { method: 'DELETE' })
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
    expect((await fetch(`${app.url}/api/races/${raceId}`)).status).toBe(404)
    expect((await eventsOf(app.url, raceId)).status).toBe(404)
    for (const table of ['lanes', 'tape_parts'] as const) {
      expect(await db.selectFrom(table).select('race_id').execute()).toEqual([])
    }
  })

  test.each([
    ['events', '/events', 'text/event-stream'],
    ['lines', '/events', 'application/jsonl'],
    ['export', '/export', '*/*'],
  ])(
    'deleted while its %s are read, it breaks off: a part does not pass for the whole',
    async (_what, path, accept) => {
      const { raceId, seq } = await raced()
      // More than sockets hold for a reader who takes nothing.
      const line = JSON.stringify({ type: 'pit-stop', text: 'x'.repeat(500_000) })
      for (let at = seq + 1; at <= seq + 40; at++) {
        await db
          .insertInto('tape_parts')
          .values({ race_id: raceId, from_seq: at, to_seq: at, lines: line })
          .execute()
      }
      const url = `${app.url}/api/races/${raceId}`
      const reading = await fetch(`${url}${path}`, { headers: { accept } })
      expect(reading.status).toBe(200)
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
      await expect(reading.text()).rejects.toThrow()
    },
  )
})

describe('the list', () => {
  test('is newest first, in pages that neither repeat nor lose a race', async () => {
    const all: string[] = []
    for (let count = 0; count < 5; count++) all.unshift((await raced()).raceId)
    // Two of the same millisecond.
    await db.updateTable('races').set({ started_at_ms: 1 }).where('id', 'in', all.slice(3)).execute()
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const next: RacePage = await page(`?limit=2${cursor && `&cursor=${cursor}`}`)
      expect(next.races.length).toBeGreaterThan(0)
      seen.push(...next.races.map(({ id }) => id))
      cursor = next.nextCursor
    }
    expect(seen.slice(0, 3)).toEqual(all.slice(0, 3))
    expect(seen.slice(3).sort()).toEqual(all.slice(3).sort())
  })

  test('goes on after a race of any id and time that an imported tape may have', async () => {
    const { raceId } = await raced()
    const row = await db.selectFrom('races').selectAll().where('id', '=', raceId).executeTakeFirstOrThrow()
    const long = 'x'.repeat(100)
    const times = [8.64e15, -1, -8.64e15]
    const rows = times.map((started_at_ms, index) => ({
      ...row,
      started_at_ms,
      id: `${long.slice(1)}${index}`,
    }))
    await db.insertInto('races').values(rows).execute()
    let { nextCursor, races } = await page('?limit=1')
    const seen = races
    while (nextCursor !== null) {
      ;({ nextCursor, races } = await page(`?limit=1&cursor=${nextCursor}`))
      seen.push(...races)
    }
    expect(seen.map(({ id }) => id)).toEqual([rows[0]!.id, raceId, rows[1]!.id, rows[2]!.id])
  })

  test('shows the beginning of a long prompt, its own page all of it', async () => {
    const prompt = 'long '.repeat(1_000)
    const { raceId } = await raced({ prompt: `${prompt}needle` })
    expect((await page('?text=NEEDLE')).races[0]!.prompt).toBe(prompt.slice(0, 1_000))
    expect((await detail(app.url, raceId)).prompt).toBe(`${prompt}needle`)
  })

  test('finds by model, category, status and text', async () => {
    const plain = await raced({ prompt: 'about Zebras' })
    const maths = await raced({ prompt: undefined, promptId: 'primes-proof', lanes: [{ model: 'fails' }] })
    expect(await ids('?model=says')).toEqual([plain.raceId])
    expect(await ids('?category=maths')).toEqual([maths.raceId])
    expect(await ids('?status=finished')).toEqual([maths.raceId, plain.raceId])
    expect(await ids('?status=stopped')).toEqual([])
    expect(await ids('?text=zEBRA')).toEqual([plain.raceId])
    // In the answer, beyond ASCII too; and what is a wildcard in SQL is a letter here.
    for (const text of ['äpfel', '100%25', 'of_it'])
      expect(await ids(`?text=${text}`)).toEqual([plain.raceId])
    for (const text of ['1%25%25', 'of-it', '%25', 'ofXit']) {
      expect(await ids(`?text=${text}`)).toEqual(text === '%25' ? [plain.raceId] : [])
    }
    expect(await ids('?text=zebra&model=fails')).toEqual([])
  })

  test('finds by tags, which must all be there', async () => {
    const both = (await raced({ tags: { team: 'search', build: '1:4' } })).raceId
    const one = (await raced({ tags: { team: 'search', 'a:b': 'ä, 1%' } })).raceId
    const none = (await raced()).raceId
    expect(await ids('?tag=team:search')).toEqual([one, both])
    expect(await ids('?tag=team:search&tag=build:1:4')).toEqual([both])
    expect(await ids('?tag=build:1')).toEqual([])
    expect(await ids('?tag=a:b:%C3%A4,%201%25')).toEqual([one])
    expect(await ids('?tag=team:')).toEqual([])
    expect((await page('?status=finished')).races.map(({ tags }) => tags)).toEqual([
      {},
      { team: 'search', 'a:b': 'ä, 1%' },
      { team: 'search', build: '1:4' },
    ])
    expect((await page()).races[0]!.id).toBe(none)
  })

  test('finds by the tags of races that are older than the column of tags', async () => {
    const { raceId } = await raced({ tags: { team: 'search' } })
    await raced()
    await sql`alter table races drop column tags_json`.execute(db)
    await sql`alter table lanes drop column is_estimated`.execute(db)
    await sql`delete from kysely_migration where name >= '0005'`.execute(db)
    await close()
    await open()
    expect(await ids('?tag=team:search')).toEqual([raceId])
  })

  test('pages through what a text finds, however far apart', async () => {
    const { raceId } = await raced({ prompt: 'needle' })
    const row = await db.selectFrom('races').selectAll().where('id', '=', raceId).executeTakeFirstOrThrow()
    const rows = Array.from({ length: 350 }, (_, index) => ({
      ...row,
      id: `copy-${String(index).padStart(3, '0')}`,
      started_at_ms: index,
      prompt: index % 100 === 0 ? 'needle' : 'hay',
    }))
    await db.insertInto('races').values(rows).execute()
    const first = await page('?text=needle&limit=3')
    expect(first.races.map(({ id }) => id)).toEqual([raceId, 'copy-300', 'copy-200'])
    expect(await ids(`?text=needle&limit=3&cursor=${first.nextCursor}`)).toEqual(['copy-100', 'copy-000'])
  })

  test.each([{ text: 'hay' }, { model: 'rare' }, { tag: ['team:rare'] }])(
    'gives way between a hundred races and the next while it looks for %j',
    async (asked) => {
      const { raceId } = await raced()
      const row = await db.selectFrom('races').selectAll().where('id', '=', raceId).executeTakeFirstOrThrow()
      const copies = Array.from({ length: 350 }, (_, index) => ({ ...row, id: `copy-${index}` }))
      await db.insertInto('races').values(copies).execute()
      let turns = 0
      const count = () => {
        turns++
        next = setImmediate(count)
      }
      let next = setImmediate(count)
      const { races } = await createRaceStore(db).list({ limit: 50, ...asked }, () => null)
      clearImmediate(next)
      expect(races).toEqual([])
      expect(turns).toBeGreaterThanOrEqual(3)
    },
  )

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['status=lost', 'status'],
    ['cursor=nonsense', 'cursor'],
    ['page=2', 'page'],
    ['model=a&model=b', 'model'],
    ['tag=search', 'tag.0'],
    ['tag=a:b&tag=:b', 'tag.1'],
  ])('refuses ?%s, naming the parameter', async (query, path) => {
    const response = await fetch(`${app.url}/api/races?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { details: [{ path }] } })
  })
})

describe('after a crash', () => {
  test('nobody wins: whoever was in is placed by the margin in force when the race began', async () => {
    const request = RaceRequest.parse({
      prompt: 'p',
      lanes: [{ model: 'q1' }, { model: 'q2' }, { model: 's' }],
    })
    const lanes = request.lanes.map(({ model, stream }, lane) => ({
      ...{ lane, model, stream, provider: null, simulated: true },
    }))
    const usage = {
      ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null },
      source: 'usage',
    }
    const done = { type: 'done', finishReason: 'stop', usage, costUsd: null, gateway: null }
    const startedAt = new Date(0)
    const tape = [
      { type: 'race-start', at: 0, raceId: 'crashed', startedAt: startedAt.toISOString(), request, lanes },
      ...lanes.map(({ lane }) => ({ type: 'lane-start', at: 0, lane })),
      ...lanes.map(({ lane }) => ({ type: 'token', at: 5, lane, content: 'a', kind: 'answer' })),
      { ...done, at: 100, lane: 0, totalMs: 100 },
      { ...done, at: 104.1, lane: 1, totalMs: 104.1 },
    ].map((event, seq) => ({ seq, ...event }) as RaceEvent)
    const crashed = await openDatabase(':memory:')
    const store = createRaceStore(crashed)
    const race = { id: 'crashed', startedAt, request, lanes, category: null, marginMs: 10.45 }
    await store.insert(race, reduceRace(emptyRace, tape[0]!), JSON.stringify(tape[0]))
    const rest = tape.slice(1).map((event) => JSON.stringify(event))
    await store.appendPart('crashed', { fromSeq: 1, toSeq: tape.length - 1, lines: rest.join('\n') })

    const again = await startApp({ gatewayUrl: gateway.url, db: crashed })
    const found = await detail(again.url, 'crashed')
    expect(found).toMatchObject({
      status: 'interrupted',
      marginMs: 10.45,
      verdict: { kind: 'no-contest', why: 'interrupted' },
    })
    expect(found.lanes.map(({ place, deadHeat }) => [place, deadHeat])).toEqual([
      [1, true],
      [1, true],
      [null, false],
    ])
    const truth = await (await fetch(`${again.url}/api/races/crashed/ground-truth`)).json()
    const codes = (truth as GroundTruth).lanes.map(({ missing }) => missing?.code)
    expect(codes).toEqual(['no_green_light', 'no_green_light', 'no_green_light'])
    await again.close()
    await crashed.destroy()
  })

  test('a race that ran is interrupted, with what had arrived, and every fold agrees', async () => {
    const tape = [
      { type: 'race-start', at: 0, raceId: 'crashed', startedAt: new Date(0).toISOString() },
      { type: 'lane-start', at: 0.1, lane: 0 },
      { type: 'lane-start', at: 0.1, lane: 1 },
      { type: 'ttft', at: 5, lane: 0, ms: 4.9 },
      { type: 'token', at: 5, lane: 0, content: 'half an ans', kind: 'answer', tokens: 3 },
      { type: 'error', at: 6, lane: 1, message: 'no', code: 'overloaded', status: 529, retryAfterMs: null },
    ]
    const request = RaceRequest.parse({ prompt: 'p', lanes: [{ model: 'a' }, { model: 'b' }] })
    const lanes = request.lanes.map(({ model, stream }, lane) => ({
      lane,
      model,
      stream,
      provider: null,
      simulated: false,
    }))
    Object.assign(tape[0]!, { request, lanes })
    const numbered = tape.map((event, seq) => ({ seq, ...event }) as RaceEvent)
    const crashed = await openDatabase(':memory:')
    const store = createRaceStore(crashed)
    const line = (event: RaceEvent) => JSON.stringify(event)
    const first = { id: 'crashed', startedAt: new Date(0), request, lanes, category: null, marginMs: null }
    await store.insert(first, reduceRace(emptyRace, numbered[0]!), line(numbered[0]!))
    await store.appendPart('crashed', {
      fromSeq: 1,
      toSeq: 3,
      lines: numbered.slice(1, 4).map(line).join('\n'),
    })
    await store.appendPart('crashed', { fromSeq: 4, toSeq: 5, lines: numbered.slice(4).map(line).join('\n') })

    const again = await startApp({ gatewayUrl: gateway.url, db: crashed })
    const kept = await collect(await eventsOf(again.url, 'crashed'))
    expect(kept.slice(0, 6)).toEqual(numbered)
    expect(kept.slice(6)).toMatchObject([
      { type: 'error', lane: 0, code: 'interrupted', at: 6 },
      { type: 'race-end', reason: 'interrupted', marginMs: null },
    ])
    const state = fold(kept)
    const found = await detail(again.url, 'crashed')
    expect(found).toMatchObject({ status: 'interrupted', verdict: { kind: 'no-contest' } })
    expect(found.lanes.map(({ outcome, errorCode }) => [outcome, errorCode])).toEqual([
      ['failed', 'interrupted'],
      ['failed', 'overloaded'],
    ])
    for (const { lane, slip } of found.lanes) expect(slip).toEqual(toTimeSlip(state.lanes[lane]!, state.at))
    const { answer } = await crashed
      .selectFrom('lanes')
      .select('answer')
      .where('lane', '=', 0)
      .executeTakeFirstOrThrow()
    expect(answer).toBe('half an ans')
    await again.close()

    // A second start changes nothing more.
    const third = await startApp({ gatewayUrl: gateway.url, db: crashed })
    expect(await collect(await eventsOf(third.url, 'crashed'))).toEqual(kept)
    await third.close()
    await crashed.destroy()
  })

  test('a race whose tape cannot be read is interrupted too', async () => {
    const { raceId } = await raced()
    await db.updateTable('races').set({ status: 'running', verdict_json: null }).execute()
    await db.updateTable('lanes').set({ outcome: 'running' }).execute()
    await db.updateTable('tape_parts').set({ lines: '{"seq":0,"ty' }).execute()
    await app.close()
    app = await startApp({ gatewayUrl: gateway.url, db })
    expect(await detail(app.url, raceId)).toMatchObject({
      status: 'interrupted',
      verdict: { kind: 'no-contest', why: 'interrupted' },
      lanes: [{ outcome: 'failed', errorCode: 'interrupted' }],
    })
  })

  test('a race that is said to run and runs nowhere can be deleted', async () => {
    const { raceId } = await raced()
    await db.updateTable('races').set({ status: 'running' }).execute()
    expect((await fetch(`${app.url}/api/races/${raceId}`, { method: 'DELETE' })).status).toBe(204)
  })
})

test.each([
  ['a path that cannot be', 'file:/proc/nowhere/races.db', '/proc/nowhere/races.db'],
  ['a folder', `file:${tmpdir()}`, tmpdir()],
])('a database at %s is refused with its path and why', async (_name, url, named) => {
  const error = await openDatabase(url).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(DatabaseUnavailable)
  expect((error as Error).message).toMatch(
    new RegExp(`^Cannot open the database ${named}: .+\\. .*DATABASE_URL`),
  )
})
