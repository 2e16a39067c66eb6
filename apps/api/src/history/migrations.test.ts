import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { emptyRace, type RaceRequest, reduceRace } from '@drag-race/contracts'
import { migrate } from '@drag-race/sqlite'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { startApp } from '../testing/start-app.ts'
import { openDatabase } from './index.ts'
import { toLaneRows } from './lane-rows.ts'
import { migrations } from './migrations.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a history of the first version has its race, with its tags, and its prompts', async () => {
  const file = path.join(folder, 'first.db')
  const old = new Database(file)
  const kysely = new Kysely({ dialect: new SqliteDialect({ database: old }) })
  await migrate(old, kysely, { '0001-races': migrations['0001-races']! })
  old.exec(`
    insert into races (id, started_at, started_at_ms, status, prompt, request_json, finish_json, margin_ms) values
      ('r', '2026-01-01T00:00:00Z', 1, 'finished', 'p', '{"tags":{"build":"1"}}', '"done"', 2.5);
    insert into lanes (race_id, lane, model, simulated, stream, place, dead_heat, outcome, answer, reasoning, slip_json)
      values ('r', 0, 'm', 0, 1, 1, 0, 'done', 'an answer', '', '{"outputTokens":7}');
    insert into tape_parts values ('r', 0, 0, '{"seq":0}');
    insert into prompts values ('own', 'Mine', 'coding', 'p', '2026-01-01T00:00:00Z')`)
  await kysely.destroy()
  const app = await startApp({ gatewayUrl: 'http://127.0.0.1:9', db: await openDatabase(`file:${file}`) })
  const get = async (where: string) => (await fetch(`${app.url}/api/${where}`)).text()
  const race = {
    id: 'r',
    marginMs: 2.5,
    clock: null,
    coldStart: false,
    origin: 'here',
    lanes: [{ model: 'm', place: 1, sentinel: false, slip: { outputTokens: 7 } }],
  }
  expect(JSON.parse(await get('races?text=answer&tag=build:1'))).toMatchObject({ races: [race] })
  expect(await get('races/r/events')).toContain('data: {"seq":0}')
  expect(JSON.parse(await get('prompts'))).toContainEqual(expect.objectContaining({ title: 'Mine' }))
  await app.close()
  await app.db.destroy()
})

test('lanes that were kept before tokens sent and estimated had columns get them from their slips', async () => {
  const file = path.join(folder, 'races.db')
  await (await openDatabase(`file:${file}`)).destroy()
  const old = new Database(file)
  old.exec(`
    alter table lanes drop column sent_tokens;
    alter table lanes drop column is_estimated;
    alter table lanes drop column asked_like;
    alter table races drop column tags_json;
    drop index races_prompt;
    delete from kysely_migration where name >= '0004';
    insert into races (id, started_at, started_at_ms, status, prompt, request_json, finish_json)
      values ('r', '2026-01-01T00:00:00Z', 1, 'finished', 'p', '{}', '"done"')`)
  const add = old.prepare(
    "insert into lanes (race_id, lane, model, simulated, stream, dead_heat, outcome, answer, reasoning, slip_json) values ('r', ?, 'm', 0, 1, 0, 'done', '', '', ?)",
  )
  add.run(0, '{"outputTokens":600,"reasoningTokens":500,"hasHiddenReasoning":true,"isEstimated":true}')
  add.run(1, '{"outputTokens":600,"reasoningTokens":500,"hasHiddenReasoning":false,"isEstimated":false}')
  add.run(2, '{"outputTokens":7,"reasoningTokens":null,"hasHiddenReasoning":false}')
  add.run(3, 'damaged')
  old.close()
  const db = await openDatabase(`file:${file}`)
  const lanes = await db.selectFrom('lanes').select(['sent_tokens', 'is_estimated']).orderBy('lane').execute()
  await db.destroy()
  expect(lanes.map(({ sent_tokens }) => sent_tokens)).toEqual([100, 600, 7, null])
  expect(lanes.map(({ is_estimated }) => is_estimated)).toEqual([1, 0, 0, 0])
})

test('a race that was interrupted has no winner, also one that was kept with a winner', async () => {
  const file = path.join(folder, 'interrupted.db')
  await (await openDatabase(`file:${file}`)).destroy()
  const old = new Database(file)
  old.exec(`
    drop index races_prompt;
    delete from kysely_migration where name >= '0006';
    alter table lanes drop column is_estimated;
    alter table lanes drop column asked_like;
    insert into races (id, started_at, started_at_ms, status, prompt, request_json, finish_json, verdict_json) values
      ('r', '2026-01-01T00:00:00Z', 1, 'interrupted', 'p', '{}', '"done"', '{"kind":"win","lane":0,"by":4.1}'),
      ('s', '2026-01-01T00:00:00Z', 1, 'finished', 'p', '{}', '"done"', '{"kind":"win","lane":0,"by":4.1}')`)
  old.close()
  const db = await openDatabase(`file:${file}`)
  const races = await db.selectFrom('races').select('verdict_json').orderBy('id').execute()
  await db.destroy()
  expect(races.map(({ verdict_json }) => JSON.parse(verdict_json!))).toEqual([
    { kind: 'no-contest', why: 'interrupted' },
    { kind: 'win', lane: 0, by: 4.1 },
  ])
})

test('lanes that are older than the column `asked_like` get it from their requests, as new ones do', async () => {
  const requests: RaceRequest[] = [
    {},
    { maxTokens: 3 },
    { temperature: 1, maxTokens: 3 },
    { maxTokens: 3, temperature: 1 },
    { temperature: 0 },
    { topP: 1 },
    { seed: 1 },
  ].flatMap((params, index, all) =>
    [undefined, 'a'].map((system) => ({
      prompt: 'p',
      finish: 'done',
      ...(system !== undefined && { system }),
      lanes: [
        { model: 'm', stream: true },
        { model: 'm', stream: true, params },
        { model: 'm', stream: true, params: all.at(index - 1) },
        { model: 'm', stream: false, params, system: 'a' },
        { model: 'm', stream: true, system: 'b' },
      ],
    })),
  )
  const states = requests.map((request, index) => {
    // The last one was not asked for: a sentinel.
    const lanes = [...request.lanes, { model: 's', stream: true }].map(({ model, stream }, lane) => ({
      lane,
      model,
      stream,
      provider: null,
      simulated: false,
    }))
    const start = {
      type: 'race-start',
      seq: 0,
      at: 0,
      startedAt: '2026-01-01T00:00:00Z',
      request,
      lanes,
    } as const
    return reduceRace(emptyRace, { ...start, raceId: `r${String(index).padStart(2, '0')}` })
  })
  const file = path.join(folder, 'asked.db')
  await (await openDatabase(`file:${file}`)).destroy()
  const old = new Database(file)
  old.exec(`
    delete from kysely_migration where name >= '0009';
    alter table lanes drop column asked_like`)
  const addRace = old.prepare(
    "insert into races (id, started_at, started_at_ms, status, prompt, request_json, finish_json) values (?, '', 1, 'finished', 'p', ?, '')",
  )
  const addLane = old.prepare(
    "insert into lanes (race_id, lane, model, simulated, stream, dead_heat, outcome, answer, reasoning, slip_json) values (?, ?, 'm', 0, 1, 0, 'done', '', '', '{}')",
  )
  for (const { raceId, request, lanes } of states) {
    addRace.run(raceId, JSON.stringify(request))
    for (const { lane } of lanes) addLane.run(raceId, lane)
  }
  addRace.run('x', '"params": damaged')
  addLane.run('x', 1)
  old.close()
  const db = await openDatabase(`file:${file}`)
  const rows = await db
    .selectFrom('lanes')
    .select(['race_id', 'asked_like'])
    .orderBy('race_id')
    .orderBy('lane')
    .execute()
  await db.destroy()
  const kept = rows.map(({ race_id, asked_like }) => [race_id, asked_like])
  const fresh = states.flatMap((state) => toLaneRows(state.raceId!, state))
  expect(kept).toEqual([...fresh.map(({ race_id, asked_like }) => [race_id, asked_like]), ['x', 0]])
  expect(new Set(fresh.map(({ asked_like }) => asked_like))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
})

test('tables that could not be migrated stay as they were, and the next start migrates them', async () => {
  const file = path.join(folder, 'half.db')
  const other = new Database(file)
  // The first migration makes four tables, and this stands in the way of the last.
  other.exec('create table prompts (text); create table kysely_migration (name primary key, timestamp)')
  await expect(openDatabase(`file:${file}`)).rejects.toThrow(
    /prompts.* already exists\. .*put a copy from before/,
  )
  const tables = other.prepare("select name from sqlite_master where type = 'table'").pluck()
  expect(tables.all()).toEqual(['prompts', 'kysely_migration'])
  other.exec('drop table prompts')
  other.close()
  const db = await openDatabase(`file:${file}`)
  expect(await db.selectFrom('races').select('id').execute()).toEqual([])
  await db.destroy()
})

test('a history of a newer version is refused with what to do', async () => {
  const file = path.join(folder, 'newer.db')
  await (await openDatabase(`file:${file}`)).destroy()
  const newer = new Database(file)
  newer.exec("insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00.000Z')")
  newer.close()
  await expect(openDatabase(`file:${file}`)).rejects.toThrow(
    `The database ${file} was made by a newer version (it has 9999-future): start that version, or restore a backup.`,
  )
})
