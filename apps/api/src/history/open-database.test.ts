import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { DatabaseUnavailable, openDatabase } from './index.ts'

function newFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'history-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return path.join(folder, 'races.db')
}

test.each(['', '-lock', '-journal'])(
  'a pipe in place of the file%s is refused without waiting for its other end',
  async (ending) => {
    const file = newFile()
    execFileSync('mkfifo', [file + ending])
    await expect(openDatabase(`file:${file}`)).rejects.toThrow(
      `Cannot open the database ${file}: ${file}${ending} is no file: move it away, or name another. Check that the path can be written and its disk has room, or`,
    )
  },
)

test("another program's tables are refused, and left as they are", async () => {
  const file = newFile()
  const other = new Database(file)
  onTestFinished(() => void other.close())
  other.exec('create table notes (text)')
  await expect(openDatabase(`file:${file}`)).rejects.toThrow(
    `The database ${file} is another program's (it has the table notes): name another file.`,
  )
  const tables = other.prepare("select name from sqlite_master where type = 'table'").pluck()
  expect(tables.all()).toEqual(['notes'])
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
