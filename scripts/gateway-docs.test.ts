import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JsonSchema, toConfigJsonSchema } from '../packages/gateway/src/config/json-schema.ts'
import { loadConfig } from '../packages/gateway/src/config/load.ts'
import { errorStatus } from '../packages/gateway/src/errors.ts'
import { messages } from '../packages/gateway/src/testing/gateway.ts'
import { useProgram } from '../packages/gateway/src/testing/program.ts'
import { dollarAnswer } from '../packages/gateway/src/testing/spending.ts'
import { startUpstream } from '../packages/gateway/src/testing/upstream.ts'
import { renderGatewayDocs, staleGatewayDocs } from './gateway-docs.ts'

const page = 'docs/gateway-config.md'
const editors = 'docs/gateway-config.schema.json'
const metrics = 'docs/gateway-metrics.md'
const errors = 'docs/gateway-errors.md'
const docs = renderGatewayDocs()
const project = dirname(import.meta.dirname)
const { run } = useProgram()

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gateway-docs-'))
  mkdirSync(join(root, 'docs'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, text: string) => writeFileSync(join(root, path), text)
const read = (path: string) => readFileSync(join(project, path), 'utf8')

test('the page has one row for every key', () => {
  const rows = [...docs[page]!.matchAll(/^\| `(llm[^`]*)` \|/gm)].map(([, key]) => key)
  expect(new Set(rows)).toEqual(new Set(keysBelow(toConfigJsonSchema(), '')))
  expect(new Set(rows).size).toBe(rows.length)
})

test('every row says what its key does', () => {
  const rows = docs[page]!.split('\n').filter((line) => line.startsWith('| `llm'))
  for (const row of rows) expect(row).toMatch(/^\| `[^`]+` \| [^|]+ \| [^|]+ \| [^|]{5,} \|$/)
})

test('every example of a gateway.yaml, in the docs or behind a # in the file itself, is a config that loads', () => {
  const pages = ['README.md', ...readdirSync(join(project, 'docs'), 'utf8').map((name) => `docs/${name}`)]
  const examples = pages
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => [...read(path).matchAll(/```yaml\n((?:#.*\n)*llm:\n[\s\S]*?)```/g)])
    .map(([, text]) => text!)
  const uncommented = read('gateway.yaml').replaceAll(/^( +)# (?=- | {2}|\w+:$)/gm, '$1')
  for (const text of [...examples, uncommented]) {
    const loaded = loadConfig(text, { SIMULATOR_URL: 'http://127.0.0.1:4010' })
    expect(loaded, text).toMatchObject({ isValid: true, warnings: [] })
  }
  expect(examples.length).toBeGreaterThan(15)
  expect([...uncommented.matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key)).toEqual([
    'models',
    'virtualModels',
    'policies',
    'discovery',
  ])
})

test('the page of metrics has every metric of a gateway, with its type and its labels', async () => {
  const upstream = await startUpstream(dollarAnswer)
  const params = `{ baseUrl: "${upstream.url}/v1" }`
  const config = `llm: { models: [{ name: m, provider: custom, params: ${params} }] }`
  const { firstLine } = run(config, { GATEWAY_BOOKS: join(root, 'books.db') })
  const [, url, metricsUrl] = /ready on (\S+), metrics on (\S+)/.exec(await firstLine)!
  for (const model of ['m', 'nobody']) {
    const body = JSON.stringify({ model, messages })
    const headers = { 'content-type': 'application/json' }
    await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })).text()
  }
  const told = await (await fetch(metricsUrl!)).text()
  await upstream.close()
  const rows = new Map(
    [...docs[metrics]!.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]+) \| [^|]{5,} \|$/gm)].map(
      ([, name, type, labels]) => [name!, { type, labels: [...labels!.matchAll(/\w+/g)].map(String) }],
    ),
  )
  const types = [...told.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name!, type!] as const)
  expect(types.toSorted()).toEqual([...rows].map(([name, { type }]) => [name, type]).toSorted())
  for (const [, name, labels] of told.matchAll(/^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\} \S+$/gm)) {
    const names = [...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label!)
    const known = rows.get(name!)!.labels
    expect(names.filter((label) => label !== 'le' && !known.includes(label))).toEqual([])
  }
  expect(told).toMatch(/^gen_ai_client_token_usage_sum\{/m)
})

test('the page of errors has a row for every code, with its status, what it means and what to do', () => {
  const rows = [...docs[errors]!.matchAll(/^\| `(\w+)` \| (\d+) \| [^|]{5,} \| [^|]{5,} \|$/gm)]
  expect(Object.fromEntries(rows.map(([, code, status]) => [code!, Number(status)]))).toEqual(errorStatus)
})

test('fresh docs are not stale, whatever the line ends of the checkout', () => {
  for (const [path, text] of Object.entries(docs)) write(path, text.replaceAll('\n', '\r\n'))
  expect(staleGatewayDocs(root)).toEqual([])
})

test('a file that differs or is missing is stale', () => {
  write(page, docs[page]!.replace('idleMs', 'idle'))
  expect(staleGatewayDocs(root)).toEqual([page, editors, metrics, errors])
})

test.each(Object.keys(docs))('the command fails on a stale %s, and says what to do', (stale) => {
  for (const [path, text] of Object.entries(docs)) write(path, path === stale ? '{}' : text)
  expect(check(root)).toEqual({
    status: 1,
    stderr: `${stale} is stale. Run \`npm run gateway:docs\` and commit it.\n`,
  })
})

test('the docs of the project are fresh', () => {
  expect(check(project)).toEqual({ status: 0, stderr: '' })
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
