import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { DatabaseUnavailable, openDatabase } from './index.ts'

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
