/** A damaged history is reported with what to do, and a history can be read by its owner alone. */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ApiError } from '@drag-race/contracts'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { startApp } from '../testing/start-app.ts'
import { openDatabase } from './index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'damaged-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const newFile = () => path.join(folder, `${crypto.randomUUID()}.db`)

/** A history in which every page of these tables is noise. */
async function damage(...tables: string[]): Promise<string> {
  const file = newFile()
  await (await openDatabase(`file:${file}`)).destroy()
  const sqlite = new Database(file, { readonly: true })
  const pageBytes = sqlite.pragma('page_size', { simple: true }) as number
  const root = sqlite.prepare('select rootpage from sqlite_master where name = ?').pluck()
  const pages = tables.map((table) => root.get(table) as number)
  sqlite.close()
  const descriptor = openSync(file, 'r+')
  for (const page of pages)
    writeSync(descriptor, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (page - 1) * pageBytes)
  closeSync(descriptor)
  return file
}

test('a history that cannot be opened because it is damaged says what to do', async () => {
  const file = await damage('kysely_migration')
  await expect(openDatabase(`file:${file}`)).rejects.toThrow(/malformed\. Stop the app and move the file/)
})

test('a damaged table is a 503 that says so, and the others can still be read', async () => {
  const db = await openDatabase(`file:${await damage('prompts')}`)
  const app = await startApp({ gatewayUrl: 'http://127.0.0.1:1', db })
  const refused = await fetch(`${app.url}/api/prompts`)
  expect(refused.status).toBe(503)
  const { error } = (await refused.json()) as ApiError
  expect(error.code).toBe('database_unavailable')
  expect(error.message).toMatch(/damaged \(SQLITE_CORRUPT\)\. Stop the app and move the file/)
  expect((await fetch(`${app.url}/api/races`)).status).toBe(200)
  await app.close()
  await db.destroy()
})

test('a file that is no database is told apart from one that cannot be written', async () => {
  const file = newFile()
  writeFileSync(file, 'notes of somebody\n'.repeat(500))
  await expect(openDatabase(`file:${file}`)).rejects.toThrow(
    /not a database\. Stop the app and move the file/,
  )
})

test('the history is for its owner alone', async () => {
  const file = newFile()
  const db = await openDatabase(`file:${file}`)
  expect(['', '-wal', '-shm'].map((ending) => statSync(file + ending).mode & 0o777)).toEqual([
    0o600, 0o600, 0o600,
  ])
  await db.destroy()
})
