/** Which file a line of the audit goes to: rotation by size, the limits of a new config, lines that are too long. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAuditFile } from './audit-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'))
})
afterEach(() => rm(folder, { recursive: true }))

interface Written {
  names: string[]
  texts: string[]
}

/** The files after so many lines of 100 bytes, in files of 1,000. */
async function writeLines(count: number, keep: number): Promise<Written> {
  const path = join(folder, 'audit.log')
  const lost: number[] = []
  const file = createAuditFile({
    path,
    maxBytes: 1_000,
    keep,
    onLost: (lines) => lost.push(lines),
    onBack: () => lost.push(-1),
  })
  for (let line = 0; line < count; line++) file.write(String(line).padEnd(99))
  await file.close()
  expect(lost).toEqual([])
  const names = (await readdir(folder)).sort()
  return { names, texts: await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8'))) }
}

test('files are rotated by size: none grows over its bound, and only so many are kept', async () => {
  const { names, texts } = await writeLines(95, 3)
  expect(names).toEqual(['audit.log', 'audit.log.1', 'audit.log.2', 'audit.log.3'])
  for (const text of texts) expect(text.length).toBeLessThanOrEqual(1_000)
  // The newest lines, in their order, none lost between two files.
  const numbers = texts.toReversed().flatMap((text) => text.trim().split(/\s+/).map(Number))
  expect(numbers).toEqual(Array.from(numbers, (_, index) => 95 - numbers.length + index))
})

test('where no full file is kept there is only the current one', async () => {
  const { names } = await writeLines(35, 0)
  expect(names).toEqual(['audit.log'])
})

test('an existing file is appended to', async () => {
  await writeFile(join(folder, 'audit.log'), 'before\n')
  const { names, texts } = await writeLines(1, 3)
  expect([names, texts[0]?.slice(0, 8)]).toEqual([['audit.log'], 'before\n0'])
})

test('a line that is longer than a file may be has a file of its own', async () => {
  const path = join(folder, 'audit.log')
  const onLost = (_lines: number, error: Error) => expect.fail(error.message)
  const file = createAuditFile({ path, maxBytes: 10, keep: 3, onLost, onBack: () => {} })
  for (const line of ['a', 'long'.repeat(10), 'b']) file.write(line)
  await file.close()
  const texts = ['.2', '.1', ''].map((ending) => readFile(`${path}${ending}`, 'utf8'))
  expect(await Promise.all(texts)).toEqual(['a\n', `${'long'.repeat(10)}\n`, 'b\n'])
})

test('lines that come when all were written are written too, within the limits of that time', async () => {
  const path = join(folder, 'audit.log')
  const onLost = (_lines: number, error: Error) => expect.fail(error.message)
  const file = createAuditFile({ path, maxBytes: 1_000, keep: 3, onLost, onBack: () => {} })
  file.write('first')
  await file.close()
  file.limit({ maxBytes: 10, keep: 1 })
  for (const line of ['second', 'third']) file.write(line)
  await file.close()
  expect((await readdir(folder)).sort()).toEqual(['audit.log', 'audit.log.1'])
  expect(await readFile(path, 'utf8')).toBe('third\n')
})
