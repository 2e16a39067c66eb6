import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { renderTapeSchema } from './tape-schema.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tape-schema-'))
  mkdirSync(join(root, 'docs'))
})
afterEach(() => rmSync(root, { recursive: true }))

test('the command fails on a schema that is stale or missing, and says what to do', () => {
  const stale = {
    status: 1,
    stderr: 'docs/tape.schema.json is stale. Run `npm run tape:schema` and commit it.\n',
  }
  expect(check(root)).toEqual(stale)
  writeFileSync(join(root, 'docs/tape.schema.json'), '{}')
  expect(check(root)).toEqual(stale)
  writeFileSync(join(root, 'docs/tape.schema.json'), renderTapeSchema().replaceAll('\n', '\r\n'))
  expect(check(root)).toEqual({ status: 0, stderr: '' })
})

test('the schema of the project is fresh', () => {
  expect(check(dirname(import.meta.dirname))).toEqual({ status: 0, stderr: '' })
})

function check(cwd: string) {
  const script = join(import.meta.dirname, 'tape-schema.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { cwd, encoding: 'utf8' })
  return { status, stderr }
}
