/** Which failures the usage counts: those of calls, and in rows of a target those of what was sent to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuse, silent } from '../testing/bad-days.ts'
import { bearer } from '../testing/door.ts'
import { dollarCall, type Spending, startSpending } from '../testing/spending.ts'
import { good, inTurn } from '../testing/two-targets.ts'
import { type Answering, startUpstream, type Upstream } from '../testing/upstream.ts'

let folder: string
let first: Upstream
let spending: Spending
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'books-'))
})
afterEach(async () => {
  await Promise.all([spending.close(), first.close()])
  rmSync(folder, { recursive: true })
})

/** `v` goes to `first` and then to `m`; `w` to `claude`, which cannot carry `logprobs`, and then to `m`. */
async function start(firstAnswer: Answering, answer?: Answering) {
  first = await startUpstream(firstAnswer)
  const params = { baseUrl: `${first.url}/v1` }
  const virtual = (name: string, models: string[]) => ({
    name,
    routing: { priority: { targets: models.map((model, index) => ({ model, priority: index })) } },
  })
  spending = await startSpending({
    booksPath: join(folder, 'books.db'),
    ...(answer && { answer }),
    wait: async () => {},
    policies: { retry: { attempts: 3 } },
    virtual: {
      models: [
        { name: 'first', provider: 'openai', params: { ...params, apiKey: 'key' } },
        { name: 'claude', provider: 'anthropic', params: { ...params, apiKey: 'key' } },
      ],
      virtualModels: [virtual('v', ['first', 'm']), virtual('w', ['claude', 'm'])],
    },
  })
}

/** `calls errors attempts failedAttempts` of each row, by its name, and of the total. */
async function tell(by: string): Promise<Record<string, string>> {
  const { body } = await spending.admin(`/admin/usage?by=${by}`)
  const { data, total } = body as { data: Row[]; total: Row }
  const figures = ({ calls, errors, attempts, failedAttempts }: Row) =>
    `${calls} ${errors} ${attempts} ${failedAttempts}`
  return Object.fromEntries([...data.map((row) => [row[by], figures(row)]), ['total', figures(total)]])
}
type Row = Record<string, unknown>

test('a target that failed three times has an error, even if another one then answered the call', async () => {
  await start(refuse(500))
  expect((await spending.spend('a', { model: 'v' })).status).toBe(200)
  expect(await tell('target')).toEqual({ first: '1 1 3 3', m: '1 0 1 0', total: '1 0 4 3' })
  expect(await tell('provider')).toEqual({ openai: '1 1 3 3', custom: '1 0 1 0', total: '1 0 4 3' })
  expect(await tell('model')).toEqual({ v: '1 0 4 3', total: '1 0 4 3' })
})

test('a target that answered at the second attempt has no error', async () => {
  await start(inTurn(refuse(500), good))
  expect((await spending.spend('a', { model: 'v' })).status).toBe(200)
  expect(await tell('target')).toEqual({ first: '1 0 2 1', total: '1 0 2 1' })
})

test('a target to which nothing was sent has no error, however the call ended', async () => {
  await start(silent, refuse(500))
  expect((await spending.spend('a', { model: 'w', logprobs: true })).status).toBe(500)
  expect(first.received).toEqual([])
  expect(await tell('target')).toEqual({ claude: '1 0 1 0', m: '1 1 3 3', total: '1 1 4 3' })
})

test('a call that was sent nowhere is an error of no target', async () => {
  await start(silent)
  expect((await spending.spend('a', { model: 'nobody' })).status).toBe(404)
  expect(await tell('target')).toEqual({ null: '1 1 0 0', total: '1 1 0 0' })
})

test('a caller who left is an error of the target that was answering', async () => {
  await start(refuse(500), (_, { cutOff }) => cutOff)
  const controller = new AbortController()
  const arrives = spending.upstream.next()
  const call = { ...dollarCall, model: 'v' }
  const left = spending.gateway.chat(call, { ...bearer('key-of-a'), signal: controller.signal })
  const { cutOff } = await arrives
  controller.abort()
  await expect(left).rejects.toThrow()
  await cutOff
  while (spending.gateway.logs.length === 0) await new Promise(setImmediate)
  expect(await tell('target')).toEqual({ first: '1 1 3 3', m: '1 1 1 1', total: '1 1 4 4' })
})
