/**
 * The accounts after a call: whatever happened to it, its log line, the metrics, the usage roll-up and the budgets
 * agree, to the last token and pico-dollar.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { refuse, reset, silent, twenty } from './testing/bad-days.ts'
import { event, role, token } from './testing/chunks.ts'
import { bearer, keyOf } from './testing/door.ts'
import { messages } from './testing/gateway.ts'
import { good, goodAnswer, inTurn, startTwoTargets, type TwoTargets } from './testing/two-targets.ts'
import { type Answering, json, stream } from './testing/upstream.ts'

let folder: string
let targets: TwoTargets
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-'))
})
afterEach(async () => {
  await targets.close()
  rmSync(folder, { recursive: true })
})

async function start(a: Answering, b: Answering = good, more: object = {}) {
  targets = await startTwoTargets({
    a,
    b,
    booksPath: join(folder, 'books.db'),
    policies: {
      ...more,
      apiKeys: { mode: 'optional', keys: [keyOf('boss', { isAdmin: true })] },
      budgets: [{ per: 'caller', usd: 1, period: 'day', mode: 'hard' }],
    },
  })
}

interface Accounts {
  attempts: number
  inputTokens: number
  outputTokens: number
  costUsd: number
}

/** The accounts of usage, log and metrics, each read in its own way. */
async function tellAll(): Promise<Record<string, Accounts>> {
  const { gateway } = targets
  const admin = async (path: string) => (await fetch(gateway.url + path, bearer('key-of-boss'))).json()
  const { total, data } = (await admin('/admin/usage?by=target')) as { total: Accounts; data: Accounts[] }
  const budgets = (await admin('/admin/budgets')) as { data: { spentUsd: number; reservedUsd: number }[] }
  expect(budgets.data[0] ?? { spentUsd: 0, reservedUsd: 0 }).toMatchObject({
    spentUsd: total.costUsd ?? 0,
    reservedUsd: 0,
  })
  return {
    usage: toAccounts(total),
    'usage by target': add(data.map(toAccounts)),
    log: add(gateway.logs.map((line) => toAccounts(line as unknown as Accounts))),
    metrics: await readMetrics(),
  }
}

function toAccounts({ attempts, inputTokens, outputTokens, costUsd }: Accounts): Accounts {
  return { attempts, inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, costUsd: costUsd ?? 0 }
}

function add(all: Accounts[]): Accounts {
  const sum = (member: keyof Accounts) => all.reduce((total, each) => total + each[member], 0)
  return {
    attempts: sum('attempts'),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    costUsd: exact(sum('costUsd')),
  }
}

async function readMetrics(): Promise<Accounts> {
  const lines = (await (await fetch(targets.gateway.metricsUrl)).text()).split('\n')
  const sum = (name: string, label = '') =>
    lines
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  const attempts = sum('gateway_attempts_total')
  const called = sum('gen_ai_server_request_duration_seconds_count')
  expect(called + sum('gateway_retries_total') + sum('gateway_fallbacks_total')).toBe(attempts)
  return {
    attempts,
    inputTokens: sum('gen_ai_client_token_usage_sum', '"input"'),
    outputTokens: sum('gen_ai_client_token_usage_sum', '"output"'),
    costUsd: exact(sum('gateway_cost_usd_total')),
  }
}

/** Sums of binary fractions are right to the twelfth decimal, and no price is finer. */
const exact = (usd: number) => Number(usd.toFixed(12))

const half: Answering = (response, request) =>
  request.body.includes('"stream":true')
    ? void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write(role + token('one') + token(' two'))
    : undefined

/** 7 tokens in at a dollar a million, 3 out at two. */
const whole = { inputTokens: 7, outputTokens: 3, costUsd: 13e-6 }

describe.each([
  ['streaming', true],
  ['not streaming', false],
] as const)('%s', (_form, isStream) => {
  test.each<[string, Answering, Accounts]>([
    ['a good call', good, { attempts: 1, ...whole }],
    ['a retried call', inTurn(refuse(500), good), { attempts: 2, ...whole }],
    ['a fallback', refuse(503), { attempts: 3, ...whole }],
    [
      'an answer cut after 20 tokens',
      twenty((response) => void response.destroy()),
      // What had been streamed is estimated and paid. A body of which nothing was passed on is tried at another target.
      isStream
        ? { attempts: 1, inputTokens: 5, outputTokens: 20, costUsd: 45e-6 }
        : { attempts: 3, ...whole },
    ],
  ])('%s: all say the same', async (_what, answer, expected) => {
    await start(answer)
    await targets.ask(isStream)
    await targets.ask(isStream, { model: 'b' })
    const both = add([expected, { attempts: 1, ...whole }])
    for (const [teller, told] of Object.entries(await tellAll())) expect(told, teller).toEqual(both)
  })

  test('a caller that leaves: all say the same', async () => {
    await start(half)
    const controller = new AbortController()
    const arrives = targets.a.next()
    const { gateway } = targets
    const body = { model: 'v', messages, ...(isStream && { stream: true }) }
    const left = gateway.chat(body, { signal: controller.signal })
    const { cutOff } = await arrives
    if (isStream) await (await left).body?.getReader().read()
    controller.abort()
    await left.catch(() => {})
    await cutOff
    while (gateway.logs.length === 0) await new Promise(setImmediate)
    const expected = isStream
      ? { attempts: 1, inputTokens: 5, outputTokens: 2, costUsd: 9e-6 }
      : // Nothing of the answer had come; the prompt was read, and is paid.
        { attempts: 1, inputTokens: 5, outputTokens: 0, costUsd: 5e-6 }
    for (const [teller, told] of Object.entries(await tellAll())) expect(told, teller).toEqual(expected)
    const response = await fetch(`${gateway.url}/admin/usage`, bearer('key-of-boss'))
    const { total } = (await response.json()) as { total: object }
    expect(total).toMatchObject({ errors: 1, estimatedCalls: 1, unpricedCalls: 0 })
  })
})

test('several calls in a row: all say the same', async () => {
  await start(inTurn(refuse(500), good, good))
  for (let call = 0; call < 3; call++) await targets.ask(call % 2 === 0)
  const told = await tellAll()
  expect(told.usage).toEqual({ attempts: 4, inputTokens: 21, outputTokens: 9, costUsd: 39e-6 })
  for (const [teller, each] of Object.entries(told)) expect(each, teller).toEqual(told.usage)
})

test('attempts at each target have the same counts in the metrics as in the usage', async () => {
  await start(inTurn(refuse(500), refuse(503), good))
  await targets.ask(true)
  await targets.ask(false)
  const { gateway } = targets
  const response = await fetch(`${gateway.url}/admin/usage?by=target`, bearer('key-of-boss'))
  const { data } = (await response.json()) as { data: object[] }
  expect(data).toMatchObject([
    { target: 'a', attempts: 3, failedAttempts: 2 },
    { target: 'b', attempts: 1, failedAttempts: 0 },
  ])
  const count = (target: string, outcome: string) =>
    gateway.sample('gateway_attempts_total', `target="${target}"`, `outcome="${outcome}"`)
  expect(await count('a', 'http_500')).toBe(1)
  expect(await count('a', 'http_503')).toBe(1)
  expect(await count('a', 'ok')).toBe(1)
  expect(await count('b', 'ok')).toBe(1)
})

/** Good answers between all ways to fail. */
const everyWay: readonly Answering[] = [
  good,
  refuse(429, { 'retry-after-ms': '1' }),
  reset,
  good,
  refuse(500),
  refuse(400),
  silent,
  good,
  json(''),
  json('<p>', 200, { 'content-type': 'text/html' }),
  stream([event({ error: { message: 'It broke.' } })]),
  good,
  twenty((response) => void response.end()),
  twenty((response) => void response.destroy()),
  twenty((response) => void response.end(event('{"choices":[{]}'))),
  twenty((response) => void response.end(event({ error: { message: 'It broke.' } }))),
  twenty(silent),
]

function byTurns(answers: readonly Answering[]): Answering {
  let turn = 0
  return (response, request) => answers[turn++ % answers.length]!(response, request)
}

test('hundreds of calls at once, of which many fail or are left: no short success, and all say the same', async () => {
  const calls = 400
  await start(byTurns(everyWay), byTurns([...everyWay, good]), {
    circuitBreaker: { consecutiveFailures: 1_000 },
    timeouts: { firstTokenMs: 200, answerMs: 200, idleMs: 200 },
  })
  const { gateway, ask } = targets
  const leave = async (isStream: boolean) => {
    const controller = new AbortController()
    const left = gateway.chat({ model: 'v', messages, stream: isStream }, { signal: controller.signal })
    await (isStream ? left : targets.a.next())
    controller.abort()
    await left.catch(() => {})
  }
  const call = async (number: number) => {
    const isStream = number % 2 === 0
    if (number % 7 === 0) return leave(isStream)
    const { answer, error } = await ask(isStream, { model: number % 3 === 0 ? 'b' : 'v' })
    if (answer === null) expect(error).not.toBeNull()
    else expect([answer, error]).toEqual([goodAnswer, null])
  }
  await Promise.all(Array.from({ length: calls }, (_, number) => call(number)))
  while (gateway.logs.length < calls) await new Promise(setImmediate)
  expect(await gateway.sample('gateway_in_flight_requests')).toBe(0)
  const told = await tellAll()
  expect(told.usage!.attempts).toBeGreaterThan(calls)
  for (const [teller, each] of Object.entries(told)) expect(each, teller).toEqual(told.usage)
})
