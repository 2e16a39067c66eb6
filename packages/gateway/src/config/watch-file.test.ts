import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FileWatch, type WatchOptions, watchFile } from './watch-file.ts'

let folder: string
let path: string
let watching: FileWatch
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'))
  path = join(folder, 'gateway.yaml')
  writeFileSync(path, 'a')
})
afterEach(() => {
  watching.close()
  rmSync(folder, { recursive: true, force: true })
})

function start(options: WatchOptions, of = path) {
  let told = Promise.withResolvers<void>()
  let count = 0
  watching = watchFile(
    of,
    () => {
      count++
      told.resolve()
    },
    options,
  )
  return {
    count: () => count,
    async next() {
      await told.promise
      told = Promise.withResolvers()
    },
  }
}

/** `lookEveryMs` is so long that only the watch of the folder can notice a change. */
const neverLooking = { settledMs: 20, lookEveryMs: 3_600_000 }

test('tells of a file that was written again', async () => {
  const watched = start(neverLooking)
  writeFileSync(path, 'b')
  await watched.next()
})

test('tells of one that was replaced, as editors do, and again after that', async () => {
  const watched = start(neverLooking)
  for (const text of ['b', 'c']) {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
    await watched.next()
  }
})

test('many writes in a row are one change, and neighbours are none', async () => {
  const watched = start(neverLooking)
  writeFileSync(join(folder, 'other.yaml'), 'x')
  for (let turn = 0; turn < 50; turn++) writeFileSync(path, `b${turn}`)
  await watched.next()
  expect(watched.count()).toBe(1)
})

test('looks at the file itself where the folder shows nothing: behind a link', async () => {
  const elsewhere = join(folder, 'elsewhere')
  mkdirSync(elsewhere)
  const link = join(elsewhere, 'gateway.yaml')
  symlinkSync(path, link)
  const watched = start({ settledMs: 1, lookEveryMs: 20 }, link)
  writeFileSync(path, 'longer than before')
  await watched.next()
})
