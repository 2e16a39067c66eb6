/**
 * The gateway's books, in real processes: what was spent is still there after a kill -9, a hard budget still refuses,
 * and a call that ran when the process was killed is booked with what was reserved for it.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf } from './support/api-keys.ts'
import { type RunningProgram, startProgram } from './support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
const config = join(folder, 'gateway.yaml')
let simulator: RunningProgram
let gateway: RunningProgram

beforeAll(async () => {
  const model = (name: string, profile: string) => ({
    name,
    provider: 'simulator',
    params: { model: profile },
    price: { inputPerMillion: 1_000, outputPerMillion: 10_000 },
  })
  const llm = {
    models: [
      model('quick', 'steady?ttft=5&tps=2000&tokens=50'),
      model('long', 'steady?ttft=5&tps=50&tokens=3000'),
    ],
    policies: {
      apiKeys: { keys: [keyOf('a'), keyOf('b', { tenant: 'team' }), keyOf('boss', { isAdmin: true })] },
      budgets: [{ per: 'caller', usd: 1, period: 'total', mode: 'hard' }],
    },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm }))
  simulator = await startProgram('simulator', { SIMULATOR_PORT: '0' })
  gateway = await start()
})
afterAll(async () => {
  await Promise.all([gateway?.stop(), simulator?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const start = () =>
  startProgram('gateway', {
    GATEWAY_CONFIG: config,
    GATEWAY_PORT: '0',
    GATEWAY_METRICS_PORT: '0',
    GATEWAY_DISCOVERY: 'off',
    GATEWAY_BOOKS: join(folder, 'books.db'),
    SIMULATOR_URL: simulator.url,
  })

const ask = (key: string, model: string, more: object = {}) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer key-of-${key}`,
      'x-gateway-tag-agent': 'crawler',
    },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'What is a drag race?' }], ...more }),
  })

async function admin<Answer>(path: string): Promise<Answer> {
  const response = await fetch(gateway.url + path, { headers: { authorization: 'Bearer key-of-boss' } })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

interface Usage {
  data: {
    caller: string
    'tag:agent': string | null
    calls: number
    costUsd: number
    estimatedCalls: number
  }[]
  total: { calls: number; costUsd: number }
}
const usage = () => admin<Usage>('/admin/usage?by=caller,tag:agent&from=2026-01-01')

test('after a kill the usage still has what was spent, and the hard budget still refuses', async () => {
  const statuses: number[] = []
  // Fifty tokens are half a dollar, and a little more with the prompt: the third call finds nothing left.
  for (let call = 0; call < 3; call++) {
    const response = await ask('a', 'quick', { max_tokens: 50 })
    await response.text()
    statuses.push(response.status)
  }
  expect(statuses).toEqual([200, 200, 402])
  // A request for the usage first writes all calls that wait.
  const before = await usage()
  expect(before.data[0]).toMatchObject({ caller: 'a', 'tag:agent': 'crawler', calls: 3 })
  expect(before.data[0]!.costUsd).toBeGreaterThan(1)

  expect(await gateway.stop('SIGKILL')).toBe('SIGKILL')
  gateway = await start()
  expect(await usage()).toEqual(before)
  const refused = await ask('a', 'quick', { max_tokens: 50 })
  expect(refused.status).toBe(402)
  expect(await refused.json()).toMatchObject({ error: { code: 'budget_exceeded' } })
})

test('a backup that was made while the gateway ran, put in place after a stop, brings back that state', async () => {
  const before = await usage()
  const response = await fetch(`${gateway.url}/admin/backup`, {
    method: 'POST',
    headers: { authorization: 'Bearer key-of-boss' },
  })
  expect(response.status).toBe(200)
  const { file, calls } = (await response.json()) as { file: string; calls: number }
  expect(calls).toBe(before.total.calls)
  await (await ask('b', 'quick', { max_tokens: 5 })).text()
  expect((await usage()).total.calls).toBe(calls + 1)
  await gateway.stop()
  copyFileSync(join(folder, file), join(folder, 'books.db'))
  gateway = await start()
  expect(await usage()).toEqual(before)
  expect((await ask('a', 'quick', { max_tokens: 50 })).status).toBe(402)
})

test('a stream that ran when the process was killed is booked with what was reserved for it', async () => {
  const response = await ask('b', 'long', { stream: true, max_tokens: 3_000 })
  const reader = response.body!.getReader()
  await reader.read()
  const { data: budgets } = await admin<{ data: { owner: object; reservedUsd: number }[] }>('/admin/budgets')
  expect(budgets.find(({ reservedUsd }) => reservedUsd > 30)).toMatchObject({ owner: { caller: 'b' } })
  // The stream runs until the kill. A request for the usage first writes what waits, reservations included.
  await usage()
  await gateway.stop('SIGKILL')
  await expect(reader.closed).rejects.toThrow()

  gateway = await start()
  const { data } = await usage()
  expect(data.find(({ caller }) => caller === 'b')).toMatchObject({
    calls: 1,
    estimatedCalls: 1,
    'tag:agent': 'crawler',
  })
  expect((await ask('b', 'quick', { max_tokens: 1 })).status).toBe(402)
})
