/**
 * The books of a gateway whose disk is full, in a real process: the shell that starts it limits the size of its files,
 * so SQLite's writes fail as they do on a full disk. It goes on serving, says so, keeps its hard budgets, and books the
 * calls later. The same for its audit log.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf } from './support/api-keys.ts'
import { type RunningProgram, root, startCommand, startProgram } from './support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
const auditPath = join(folder, 'audit.log')
/** Room for the tables and some writes. */
const fileKiB = 256
let simulator: RunningProgram
let gateway: RunningProgram
let metricsUrl: string

beforeAll(async () => {
  const config = join(folder, 'gateway.yaml')
  const llm = {
    models: [
      {
        name: 'quick',
        provider: 'simulator',
        params: { model: 'steady?ttft=1&tps=5000&tokens=5' },
        price: { inputPerMillion: 1_000, outputPerMillion: 10_000 },
      },
    ],
    policies: {
      apiKeys: { keys: [keyOf('a'), keyOf('boss', { isAdmin: true })] },
      budgets: [{ per: 'caller', usd: 1_000, period: 'total', mode: 'hard' }],
      audit: { path: auditPath },
    },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm }))
  simulator = await startProgram('simulator', { SIMULATOR_PORT: '0' })
  const node = [process.execPath, join(root, 'packages/gateway/src/main.ts')]
  gateway = await startCommand(
    ['bash', '-c', `ulimit -S -f ${fileKiB}; exec "$@"`, 'gateway', ...node],
    {
      GATEWAY_CONFIG: config,
      GATEWAY_PORT: '0',
      GATEWAY_METRICS_PORT: '0',
      GATEWAY_DISCOVERY: 'off',
      GATEWAY_BOOKS: join(folder, 'books.db'),
      SIMULATOR_URL: simulator.url,
    },
    /gateway ready on (http:\/\/[^\s,]+)/,
  )
  metricsUrl = /metrics on (http:\S+)/.exec(gateway.output())![1]!
})
afterAll(async () => {
  await Promise.all([gateway?.stop(), simulator?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

async function ask(): Promise<number> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key-of-a' },
    body: JSON.stringify({ model: 'quick', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }),
  })
  await response.text()
  return response.status
}

const admin = (path: string) =>
  fetch(gateway.url + path, { headers: { authorization: 'Bearer key-of-boss' } })

async function areBooksUp(): Promise<boolean> {
  const text = await (await fetch(metricsUrl)).text()
  return /^gateway_books_up 1$/m.test(text)
}

const patience = { timeout: 60_000, interval: 200 }

/** Only on Linux can the limit be lifted from outside. */
const isLinux = process.platform === 'linux'

test.runIf(isLinux)('goes on serving, says so, and books its calls later', { timeout: 180_000 }, async () => {
  let calls = 0
  await expect
    .poll(async () => {
      calls++
      expect(await ask()).toBe(200)
      return areBooksUp()
    }, patience)
    .toBe(false)
  expect(gateway.output()).toContain('the books cannot be written')
  for (let more = 0; more < 5; more++, calls++) expect(await ask()).toBe(200)
  expect((await admin('/admin/usage')).status).toBe(503)
  // What was spent is still in memory.
  const { data } = (await (await admin('/admin/budgets')).json()) as { data: { spentUsd: number }[] }
  const spentUsd = data[0]!.spentUsd
  expect(spentUsd).toBeGreaterThan(0)
  expect((await fetch(new URL('/ready', metricsUrl))).status).toBe(200)

  limit('unlimited')
  await expect.poll(areBooksUp, patience).toBe(true)
  const usage = await admin('/admin/usage?by=caller&from=2026-01-01')
  expect(await usage.json()).toMatchObject({ data: [{ caller: 'a', calls, costUsd: spentUsd }] })
})

const limit = (bytes: string) =>
  execFileSync('prlimit', ['--pid', String(gateway.process.pid), `--fsize=${bytes}`])

test.runIf(isLinux)('an audit log has only whole lines, and the lost ones are counted exactly', async () => {
  const auditLines = () => readFileSync(auditPath, 'utf8').split('\n').slice(0, -1)
  const lost = async () =>
    Number(/^gateway_audit_lost_total (\d+)$/m.exec(await (await fetch(metricsUrl)).text())?.[1])
  const known = { lines: auditLines().length, lost: await lost() }
  // Room for one line and half of a second one.
  limit(`${statSync(auditPath).size + 600}:unlimited`)
  for (let call = 0; call < 4; call++) expect(await ask()).toBe(200)
  await expect
    .poll(async () => auditLines().length - known.lines + (await lost()) - known.lost, patience)
    .toBe(4)
  expect(await lost()).toBeGreaterThan(known.lost)
  limit('unlimited')
  expect(await ask()).toBe(200)
  await expect
    .poll(async () => auditLines().length - known.lines + (await lost()) - known.lost, patience)
    .toBe(5)
  for (const line of auditLines()) expect(JSON.parse(line)).toMatchObject({ caller: 'a' })
})

test.runIf(isLinux)('a backup without enough room is refused, and nothing is left of it', async () => {
  const backUp = () =>
    fetch(`${gateway.url}/admin/backup`, {
      method: 'POST',
      headers: { authorization: 'Bearer key-of-boss' },
    })
  const copies = () => readdirSync(folder).filter((name) => name.includes('backup'))
  limit(`${16 * 1024}:unlimited`)
  const refused = await backUp()
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({
    error: { message: expect.stringContaining('whether the disk has room') },
  })
  expect(copies()).toEqual([])
  limit('unlimited')
  expect((await backUp()).status).toBe(200)
  expect(copies()).toHaveLength(1)
  await expect.poll(areBooksUp, patience).toBe(true)
})
