import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { everyPolicy } from '../testing/every-policy.ts'
import { createConfigReader } from './read-config.ts'

const variables = { KEY: 'secret', HTTPS_PROXY: 'http://127.0.0.1:1' }
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-'))
  path = join(folder, 'gateway.yaml')
})
afterEach(() => rmSync(folder, { recursive: true }))

test.each([
  ['with every key', everyPolicy],
  ['with faults', 'llm:\n  models:\n  - name: a\n    provider: grok\n'],
  ['that is no YAML', 'llm: ['],
])('a file %s is read by a running gateway as at the start', async (_which, text) => {
  writeFileSync(path, text)
  const atStart = createConfigReader(path, variables).readAtStart()
  expect(await createConfigReader(path, variables).readAgain()).toStrictEqual(atStart)
})

test('calls have their turn while a running gateway loads a file', async () => {
  writeFileSync(path, everyPolicy)
  let isLoaded = false
  const reading = createConfigReader(path, variables)
    .readAgain()
    .then(() => {
      isLoaded = true
    })
  await nextTurn()
  expect(isLoaded).toBe(false)
  await reading
})

test('a file is loaded also where its thread cannot be started', async () => {
  writeFileSync(path, everyPolicy)
  const atStart = createConfigReader(path, variables).readAtStart()
  // No thread can be given a function.
  const unfit = { ...variables, OTHER: (() => '') as unknown as string }
  expect(await createConfigReader(path, unfit).readAgain()).toStrictEqual(atStart)
})
