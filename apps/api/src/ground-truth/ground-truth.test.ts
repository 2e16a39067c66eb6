/** Races compared with a ledger that this test writes; tests/clock.test.ts does it with the real simulator. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type ApiError,
  type GroundTruth,
  type RaceRequestInput,
  type RaceState,
  type SimulatorLedger,
  simulatorIdPrefix,
  tapeLinesType,
} from '@drag-race/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { type FakeCall, type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { detail, events, next, postRace, race, rest, stop } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'
import { writeEndless } from '../testing/write-endless.ts'

const ledgers = new Map<string, SimulatorLedger>()
let calls = 0
let simulator: Server
let simulatorUrl: string
let gateway: FakeGateway
let app: TestApp

/** Answers as the simulator does and keeps a ledger, in which `change` replaces what really happened. */
async function answer(call: FakeCall, words: string[], change: Partial<SimulatorLedger> = {}) {
  const id = `${simulatorIdPrefix}${++calls}`
  const acceptedAtNs = String(process.hrtime.bigint())
  for (const content of words) call.chunk({ id, choices: [{ index: 0, delta: { content } }] })
  const ledger = {
    completionId: id,
    model: 'm',
    seed: 1,
    stream: true,
    acceptedAtNs,
    chunks: call.writtenAtNs.map((ns) => ({ tokens: 1, dueAtNs: String(ns), writtenAtNs: String(ns) })),
    endedAtNs: String(process.hrtime.bigint()),
    ...change,
  }
  ledgers.set(id, ledger)
  return ledger
}

const words = ['Why ', 'not ', 'blue?']
const twoAt = (ns: bigint) => [ns, ns].map(String).map((at) => ({ tokens: 1, dueAtNs: at, writtenAtNs: at }))

beforeAll(async () => {
  simulator = createServer((request, response) => {
    const ledger = ledgers.get(request.url!.replace('/ledger/', ''))
    response.writeHead(ledger ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(ledger ?? { error: { code: 'not_found' } }))
  })
  await new Promise<void>((resolve) => simulator.listen(0, '127.0.0.1', resolve))
  simulatorUrl = `http://127.0.0.1:${(simulator.address() as AddressInfo).port}`
  gateway = await startFakeGateway({
    async exact(call) {
      if (call.body.stream) {
        await answer(call, words)
        return call.finish()
      }
      const { completionId } = await answer(call, [], { chunks: twoAt(process.hrtime.bigint()).slice(1) })
      call.json(200, {
        id: completionId,
        choices: [{ index: 0, message: { role: 'assistant', content: 'Why' }, finish_reason: 'stop' }],
      })
    },
    async regrouped(call) {
      await answer(call, words, { chunks: twoAt(process.hrtime.bigint()) })
      call.finish()
    },
    async cut(call) {
      await answer(call, words)
    },
    async elsewhere(call) {
      await answer(call, words, { acceptedAtNs: '1' })
      call.finish()
    },
    async forgotten(call) {
      ledgers.delete((await answer(call, words)).completionId)
      call.finish()
    },
    foreign(call) {
      call.answer('Because.')
      call.finish()
    },
    refuses: (call) => call.json(500, { error: { message: 'no' } }),
  })
  app = await startApp({ gatewayUrl: gateway.url, simulatorUrl })
})
afterAll(async () => {
  await app?.close()
  await gateway?.close()
  simulator?.close()
})

const lanesOf = (...models: string[]): RaceRequestInput => ({
  prompt: 'p',
  lanes: models.map((model) => ({ model })),
})

const ask = (raceId: string, url = app.url) => fetch(`${url}/api/races/${raceId}/ground-truth`)

async function truthOf({ raceId }: { raceId: string | null }, url = app.url): Promise<GroundTruth> {
  const response = await ask(raceId!, url)
  expect(response.status).toBe(200)
  return (await response.json()) as GroundTruth
}

const none = (code: string) => ({ lanes: [{ errors: null, missing: { code, message: expect.any(String) } }] })

async function written(state: RaceState): Promise<string> {
  await eventually(async () => expect((await detail(app.url, state.raceId!)).status).not.toBe('running'))
  return state.raceId!
}

test('each error is our time minus that of the simulator, also behind a gateway that marks no model as simulated', async () => {
  const state = await race(app.url, lanesOf('exact', 'exact'))
  expect(state.lanes.map(({ provider, simulated }) => [provider, simulated])).toEqual([
    ['fake', true],
    ['fake', true],
  ])
  const { lanes } = await truthOf(state)
  expect(lanes.map(({ lane }) => lane)).toEqual([0, 1])
  for (const { lane, errors, missing } of lanes) {
    expect(missing).toBeNull()
    const { outcome, ttftMs } = state.lanes[lane]!
    if (outcome?.kind !== 'done') throw new Error(JSON.stringify(outcome))
    const ledger = ledgers.get(outcome.event.completionId!)!
    const sinceAcceptedMs = (ns: string) => Number(BigInt(ns) - BigInt(ledger.acceptedAtNs)) / 1e6
    expect(errors!.ttftMs).toBeCloseTo(ttftMs! - sinceAcceptedMs(ledger.chunks[0]!.writtenAtNs), 1)
    expect(errors!.totalMs).toBeCloseTo(outcome.event.totalMs - sinceAcceptedMs(ledger.endedAtNs!), 5)
    expect(errors!.tokens!.count).toBe(3)
    expect(errors!.tokens!.p50!).toBeGreaterThan(-0.02)
    expect(errors!.tokens!.max!).toBeGreaterThanOrEqual(errors!.tokens!.p50!)
  }
})

test('a lane that does not stream has the error of its total', async () => {
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'exact', stream: false }] })
  expect(await truthOf(state)).toEqual({
    lanes: [{ lane: 0, errors: { ttftMs: null, tokens: null, totalMs: expect.any(Number) }, missing: null }],
  })
})

test('where a gateway cut the chunks anew, the first token and the end are still known', async () => {
  const truth = await truthOf(await race(app.url, lanesOf('regrouped')))
  expect(truth.lanes[0]).toMatchObject({
    errors: { ttftMs: expect.any(Number), tokens: null, totalMs: expect.any(Number) },
    missing: { code: 'regrouped' },
  })
})

test('a lane that was cut has no token errors: its chunks cannot be matched with those that were written', async () => {
  const tape = events(await postRace(app.url, lanesOf('cut')))
  const start = await next(tape, ({ type }) => type === 'race-start')
  await next(tape, (event) => event.type === 'token' && event.content === words.at(-1))
  const raceId = start.type === 'race-start' ? start.raceId : ''
  const early = await ask(raceId)
  expect(early.status).toBe(409)
  expect(((await early.json()) as ApiError).error.code).toBe('still_running')
  await stop(app.url, raceId)
  await rest(tape)
  expect((await truthOf({ raceId })).lanes[0]).toMatchObject({
    errors: { ttftMs: expect.any(Number), tokens: null, totalMs: null },
    missing: { code: 'cut' },
  })
})

test.each([
  ['other_id', 'foreign'],
  ['no_id', 'refuses'],
  ['not_kept', 'forgotten'],
  ['other_clock', 'elsewhere'],
])('%s: the lane has no errors where the answer is from the model `%s`', async (code, model) => {
  expect(await truthOf(await race(app.url, lanesOf(model)))).toMatchObject(none(code))
})

test('without a simulator every lane says so', async () => {
  const alone = await startApp({ gatewayUrl: gateway.url })
  expect(await truthOf(await race(alone.url, lanesOf('exact')), alone.url)).toMatchObject(none('unreachable'))
  await alone.close()
})

test('a simulator that never answers is not waited for', { timeout: 10_000 }, async () => {
  let asked = 0
  const silent = createServer(() => asked++)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const other = await startApp({ gatewayUrl: gateway.url, simulatorUrl: url })
  const { lanes } = await truthOf(await race(other.url, lanesOf('exact', 'exact', 'exact')), other.url)
  expect(lanes.map(({ missing }) => missing?.code)).toEqual(['unreachable', 'unreachable', 'unreachable'])
  // One deadline for all lanes: after the first ledger it has passed.
  expect(asked).toBeLessThan(2)
  await other.close()
  silent.closeAllConnections()
  silent.close()
})

test('an endless ledger is not read to its end', async () => {
  const taken = Promise.withResolvers<number>()
  const endless = createServer((_request, response) => taken.resolve(writeEndless(response)))
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`
  const other = await startApp({ gatewayUrl: gateway.url, simulatorUrl: url })
  expect(await truthOf(await race(other.url, lanesOf('exact')), other.url)).toMatchObject(none('unreachable'))
  expect(await taken.promise).toBeLessThan(100_000_000)
  await other.close()
  endless.close()
})

test('an imported race is compared with no ledger: it was timed by another clock', async () => {
  const raceId = await written(await race(app.url, lanesOf('exact')))
  const file = await (await fetch(`${app.url}/api/races/${raceId}/export`)).text()
  const there = await startApp({ gatewayUrl: gateway.url, simulatorUrl })
  await fetch(`${there.url}/api/races/import`, {
    method: 'POST',
    headers: { 'content-type': tapeLinesType },
    body: file,
  })
  expect(await truthOf({ raceId }, there.url)).toMatchObject(none('imported'))
  await there.close()
})

test('a tape of an older version, which does not say when the green light was, has no zero to count from', async () => {
  const raceId = await written(await race(app.url, lanesOf('exact')))
  const parts = await app.db.selectFrom('tape_parts').selectAll().where('race_id', '=', raceId).execute()
  for (const { from_seq, lines } of parts) {
    await app.db
      .updateTable('tape_parts')
      .set({ lines: lines.replace(/"greenLightNs":"\d+"/, '"greenLightNs":null') })
      .where('race_id', '=', raceId)
      .where('from_seq', '=', from_seq)
      .execute()
  }
  const truth = await truthOf({ raceId })
  expect(truth).toMatchObject(none('no_green_light'))
  expect(truth.lanes[0]!.missing!.message).toMatch(/or was of an older version\.$/)
})

test('a race that does not exist is a 404', async () => {
  const response = await ask('nobody')
  expect(response.status).toBe(404)
  expect(((await response.json()) as ApiError).error.code).toBe('not_found')
})
