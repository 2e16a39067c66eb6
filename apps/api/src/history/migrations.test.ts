import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from './index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('lanes that were kept before tokens sent and estimated had columns get them from their slips', async () => {
  const file = path.join(folder, 'races.db')
  await (await openDatabase(`file:${file}`)).destroy()
  const old = new Database(file)
  old.exec(`
    alter table lanes drop column sent_tokens;
    alter table lanes drop column is_estimated;
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

test('a race that was interrupted has no winner, also one that was kept with it', async () => {
  const file = path.join(folder, 'interrupted.db')
  await (await openDatabase(`file:${file}`)).destroy()
  const old = new Database(file)
  old.exec(`
    drop index races_prompt;
    delete from kysely_migration where name >= '0006';
    alter table lanes drop column is_estimated;
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

test('tables that could not be brought up to date are as they were, and the next start does it', async () => {
  const file = path.join(folder, 'half.db')
  const other = new Database(file)
  // In the way of the last of four.
  other.exec('create table prompts (text)')
  await expect(openDatabase(`file:${file}`)).rejects.toThrow(
    /prompts.* already exists\. .*put a copy from before/,
  )
  const tables = other.prepare("select name from sqlite_master where type = 'table'").pluck()
  expect(tables.all()).toEqual(['prompts'])
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
