import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JsonSchema, toConfigJsonSchema } from '../packages/gateway/src/config/json-schema.ts'
import { loadConfig } from '../packages/gateway/src/config/load.ts'
import { renderGatewayDocs, staleGatewayDocs } from './gateway-docs.ts'

const page = 'docs/gateway-config.md'
const editors = 'docs/gateway-config.schema.json'
const docs = renderGatewayDocs()

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gateway-docs-'))
  mkdirSync(join(root, 'docs'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, text: string) => writeFileSync(join(root, path), text)

test('the page has one row for every key', () => {
  const rows = [...docs[page]!.matchAll(/^\| `(llm[^`]*)` \|/gm)].map(([, key]) => key)
  expect(new Set(rows)).toEqual(new Set(keysBelow(toConfigJsonSchema(), '')))
  expect(new Set(rows).size).toBe(rows.length)
})

test('every row says what its key does', () => {
  const rows = docs[page]!.split('\n').filter((line) => line.startsWith('| `llm'))
  for (const row of rows) expect(row).toMatch(/^\| `[^`]+` \| [^|]+ \| [^|]+ \| [^|]{5,} \|$/)
})

test('every example of the page is a config that loads', () => {
  const examples = [...docs[page]!.matchAll(/```yaml\n(llm:\n[\s\S]*?)```/g)].map(([, text]) => text!)
  for (const text of examples) {
    const loaded = loadConfig(text, { SIMULATOR_URL: 'http://127.0.0.1:4010' })
    expect(loaded, text).toMatchObject({ isValid: true, warnings: [] })
  }
  expect(examples.length).toBeGreaterThan(5)
})

test('fresh docs are not stale, whatever the line ends of the checkout', () => {
  write(page, docs[page]!.replaceAll('\n', '\r\n'))
  write(editors, docs[editors]!)
  expect(staleGatewayDocs(root)).toEqual([])
})

test('a file that differs or is missing is stale', () => {
  write(page, docs[page]!.replace('idleMs', 'idle'))
  expect(staleGatewayDocs(root)).toEqual([page, editors])
})

test('the command fails on stale docs, and says what to do', () => {
  write(page, docs[page]!)
  write(editors, '{}')
  expect(check(root)).toEqual({
    status: 1,
    stderr: `${editors} is stale. Run \`npm run gateway:docs\` and commit it.\n`,
  })
})

test('the docs of the project are fresh', () => {
  expect(check(dirname(import.meta.dirname))).toEqual({ status: 0, stderr: '' })
})

function check(cwd: string) {
  const script = join(import.meta.dirname, 'gateway-docs.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { cwd, encoding: 'utf8' })
  return { status, stderr }
}

function keysBelow({ items, properties = {} }: JsonSchema, path: string): string[] {
  if (items) return keysBelow(items, `${path}[]`)
  return Object.entries(properties).flatMap(([key, property]) => {
    const own = path === '' ? key : `${path}.${key}`
    return [own, ...keysBelow(property, own)]
  })
}
