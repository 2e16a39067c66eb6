/** `GET /admin/targets`: the state of every target, for the operators of the gateway. */
import { afterEach, expect, test } from 'vitest'
import { refuse, silent } from './testing/bad-days.ts'
import { bearer, keyOf } from './testing/door.ts'
import { messages } from './testing/gateway.ts'
import { good, inTurn, type TwoTargets, useTwoTargets } from './testing/two-targets.ts'
import type { Answering } from './testing/upstream.ts'

const startTwoTargets = useTwoTargets(afterEach)
const admin = bearer('key-of-boss')
const nowMs = 1000

function start(b: Answering = good): Promise<TwoTargets> {
  const keys = [keyOf('boss', { isAdmin: true }), keyOf('search')]
  return startTwoTargets({
    a: refuse(503),
    b,
    policies: {
      apiKeys: { mode: 'optional', keys },
      circuitBreaker: { consecutiveFailures: 3, cooldownMs: 10_000 },
    },
    monotonicMs: () => nowMs,
  })
}

const list = async ({ gateway }: Pick<TwoTargets, 'gateway'>) =>
  (await (await fetch(`${gateway.url}/admin/targets`, admin)).json()) as unknown

const idle = {
  provider: 'custom',
  breaker: 'closed',
  failuresInARow: 0,
  msUntilProbe: 0,
  openUntil: null,
  pending: 0,
  firstTokenMs: null,
  answerMs: null,
  routingMs: { firstToken: null, answer: null },
  retriesLeft: 3,
}

test('targets that were never called are listed in the order of the config, and listing changes nothing', async () => {
  const targets = await start()
  const untouched = {
    object: 'list',
    data: [
      { ...idle, target: 'a', model: 'up-a' },
      { ...idle, target: 'b', model: 'up-b' },
    ],
  }
  expect(await list(targets)).toEqual(untouched)
  expect(await list(targets)).toEqual(untouched)
  // The metrics hold only targets that were called.
  expect(await (await fetch(targets.gateway.metricsUrl)).text()).not.toContain('gateway_breaker_state{')
})

test('shows failures, the retries that are left, and an open breaker with its end', async () => {
  const targets = await start()
  await targets.ask(true)
  expect(await list(targets)).toMatchObject({
    data: [
      { target: 'a', breaker: 'closed', failuresInARow: 2, retriesLeft: 2 },
      { target: 'b', breaker: 'closed', failuresInARow: 0 },
    ],
  })
  await targets.ask(true)
  expect(await list(targets)).toMatchObject({
    data: [
      {
        target: 'a',
        breaker: 'open',
        failuresInARow: 0,
        msUntilProbe: 10_000,
        openUntil: '2026-01-01T00:00:10.000Z',
      },
      { target: 'b', breaker: 'closed', openUntil: null },
    ],
  })
})

test('averages what was measured; a failure counts only for routing', async () => {
  let nowMs = 1000
  const afterMs =
    (ms: number, answer: Answering): Answering =>
    (response, request) => {
      nowMs += ms
      return answer(response, request)
    }
  const { gateway } = await startTwoTargets({
    a: inTurn(refuse(503), afterMs(200, good), afterMs(400, good), refuse(503)),
    policies: { apiKeys: { mode: 'optional', keys: [keyOf('boss', { isAdmin: true })] } },
    monotonicMs: () => nowMs,
  })
  const seen: unknown[] = []
  for (let call = 0; call < 4; call++) {
    await (await gateway.chat({ model: 'a', messages, stream: true })).text()
    const { data } = (await list({ gateway })) as { data: object[] }
    seen.push(data[0])
  }
  const answer = null
  expect(seen).toMatchObject([
    { firstTokenMs: null, answerMs: null, routingMs: { firstToken: 10_000, answer } },
    { firstTokenMs: 200, answerMs: null, routingMs: { firstToken: 7_060, answer } },
    { firstTokenMs: 260, answerMs: null, routingMs: { firstToken: 5_062, answer } },
    { firstTokenMs: 260, answerMs: null, routingMs: { firstToken: 6_543.4, answer } },
  ])
})

test('counts the attempts that run now', async () => {
  const leaving = new AbortController()
  const targets = await start(silent)
  void targets.gateway.chat({ model: 'b', messages }, { ...admin, signal: leaving.signal }).catch(() => {})
  const pending = () => targets.gateway.gateway.targets().map((each) => each.pending)
  await expect.poll(pending).toEqual([0, 1])
  leaving.abort()
  await expect.poll(pending).toEqual([0, 0])
})

test('is for admins only', async () => {
  const { gateway } = await start()
  const statusFor = async (init: RequestInit) => (await fetch(`${gateway.url}/admin/targets`, init)).status
  expect([await statusFor({}), await statusFor(bearer('key-of-search')), await statusFor(admin)]).toEqual([
    403, 403, 200,
  ])
})
