import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DatabaseUnavailable, openDatabase } from './index.ts'

test('a pipe in place of the file is refused, and nobody waits for its other end', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'history-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const pipe = path.join(folder, 'pipe.db')
  execFileSync('mkfifo', [pipe])
  await expect(openDatabase(`file:${pipe}`)).rejects.toThrow(
    `Cannot open the database ${pipe}: it is no file. Check that the path`,
  )
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
