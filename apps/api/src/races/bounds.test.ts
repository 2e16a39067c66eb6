/** Every wait, queue and number has a limit; here each limit is reached. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { type EventOf, laneStatus } from '@drag-race/contracts'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../history/index.ts'
import { eventually } from '../testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { heldLanes } from '../testing/held-lanes.ts'
import {
  collect,
  detail,
  events,
  eventsOf,
  fold,
  next,
  postRace,
  race,
  rest,
  stop,
} from '../testing/race-client.ts'
import { startApp, type TestApp, type TestAppOptions } from '../testing/start-app.ts'
import { createLaneThread, startLaneWorker } from './lane-thread.ts'
import { viewerLimits } from './routes.ts'
import { raceLimits } from './run-race.ts'

// Real processes and threads start in these: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const log = pino({ level: 'silent' })
let gateway: FakeGateway
const apps: TestApp[] = []

beforeAll(async () => {
  gateway = await startFakeGateway({
    silent: () => {},
    /** Comments keep the stream alive, and are no token. */
    pings: (call) => call.write(': ping\n\n'),
    stalls: (call) => call.answer('hello'),
    many: (call) => {
      for (let word = 0; word < 100; word++) call.answer('word ')
    },
    fine: (call) => {
      call.answer('hello')
      call.finish()
    },
    wordy: (call) => {
      call.answer('hello')
      call.finish('x'.repeat(20_000))
    },
    /** 16 MB, far more than the kernel holds for a reader that reads nothing. */
    flood: (call) => {
      for (let part = 0; part < 1_600; part++) call.answer('flood '.repeat(1_700))
      call.finish()
    },
  })
})
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})
afterAll(() => gateway?.close())

async function start(options: Partial<TestAppOptions> = {}): Promise<TestApp> {
  const app = await startApp({ gatewayUrl: gateway.url, ...options })
  apps.push(app)
  return app
}

const withLane = (lane: Partial<typeof raceLimits.lane>) => ({
  raceLimits: { ...raceLimits, lane: { ...raceLimits.lane, ...lane } },
})

test.each([
  ['silent', { firstTokenMsMax: 50 }, 'first_token_timeout'],
  ['pings', { firstTokenMsMax: 50 }, 'first_token_timeout'],
  ['pings', { idleMsMax: 50 }, 'idle_timeout'],
  ['stalls', { idleMsMax: 50 }, 'idle_timeout'],
  ['many', { responseBytesMax: 1_000 }, 'answer_too_large'],
])('a lane of the model `%s` under %j ends with %s, and its call is closed', async (model, limits, code) => {
  const app = await start(withLane(limits))
  const state = await race(app.url, { prompt: 'p', lanes: [{ model }] })
  expect(state.lanes[0]!.outcome).toMatchObject({ kind: 'failed', event: { code } })
  await gateway.calls.at(-1)!.closed
})

test('a race ends at its deadline, with what had arrived', async () => {
  const app = await start({ raceLimits: { ...raceLimits, raceMsMax: 1_500 } })
  const state = await race(app.url, {
    prompt: 'p',
    lanes: [{ model: 'stalls' }, { model: 'silent', stream: false }, { model: 'fine' }],
  })
  expect(state.end?.reason).toBe('deadline')
  expect(state.lanes.map(laneStatus)).toEqual(['failed', 'failed', 'done'])
  expect(state.lanes[0]).toMatchObject({ answer: 'hello', outcome: { event: { code: 'race_deadline' } } })
})

test('a deadline that comes when all lanes have ended ends nothing: the race has finished', async () => {
  const { ordered, laneThread } = heldLanes()
  const told = Promise.withResolvers<void>()
  const app = await start({
    laneThread: { ...laneThread, stop: () => told.resolve() },
    raceLimits: { ...raceLimits, raceMsMax: 5 },
  })
  const answer = race(app.url, { prompt: 'p', lanes: [{ model: 'fine' }] })
  const listener = await ordered.promise
  listener.onGreenLight(process.hrtime.bigint())
  await told.promise
  // The lane had failed before the deadline reached its thread.
  const failed = { type: 'error', at: 4, lane: 0, code: 'http_500', message: 'no', status: 500 } as const
  listener.onEvents([{ ...failed, retryAfterMs: null }])
  listener.onOver(null)
  expect((await answer).end?.reason).toBe('finished')
})

test('a tape that is full ends its race, with the reason on each lane', async () => {
  const app = await start({ raceLimits: { ...raceLimits, tape: { eventsMax: 20, bytesMax: 1e9 } } })
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'many' }, { model: 'silent' }] })
  expect(state.end?.reason).toBe('interrupted')
  expect(state.lanes.map(({ outcome }) => outcome?.kind === 'failed' && outcome.event.code)).toEqual([
    'tape_full',
    'tape_full',
  ])
  expect(state.seq).toBeLessThan(25)
  await Promise.all(gateway.calls.slice(-2).map(({ closed }) => closed))
})

test('a very long finish reason is cut on the tape, for its viewers and for the history', async () => {
  const app = await start()
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'wordy' }] })
  expect(state.lanes[0]!.outcome).toMatchObject({ event: { finishReason: 'x'.repeat(500) } })
  const kept = fold(await collect(await eventsOf(app.url, state.raceId!)))
  expect(kept.lanes[0]!.outcome).toEqual(state.lanes[0]!.outcome)
})

test('a light that goes green after its race has ended starts no timer for that race', async () => {
  const { ordered, laneThread } = heldLanes()
  const app = await start({ laneThread, raceLimits: { ...raceLimits, startMsMax: 5 } })
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'fine' }] })
  expect(state.lanes[0]!.outcome).toMatchObject({ event: { code: 'not_started' } })
  const listener = await ordered.promise
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  listener.onGreenLight(process.hrtime.bigint())
  expect(timers()).toBe(before)
})

describe('while the app is shutting down', () => {
  /** An app whose last step of closing waits for the test. */
  async function startToClose(gatewayUrl: string) {
    const asked = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const close = () => {
      asked.resolve()
      return ended.promise
    }
    const app = await startApp({ gatewayUrl, laneThread: { ...heldLanes().laneThread, close } })
    return {
      app,
      async whileClosing(check: () => Promise<void>) {
        const closed = app.close()
        await asked.promise
        await check()
        ended.resolve()
        await closed
      },
    }
  }

  async function expectClosing(answer: Response) {
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ error: { code: 'closing' } })
  }

  const wish = { prompt: 'p', lanes: [{ model: 'fine' }] }

  test('no race begins, and the gateway is not asked to open connections', async () => {
    const { app, whileClosing } = await startToClose(gateway.url)
    const before = gateway.openedAhead.length
    await whileClosing(async () => expectClosing(await postRace(app.url, wish)))
    expect(gateway.openedAhead).toHaveLength(before)
  })

  test('one that was about to begin does not', async () => {
    const asked = Promise.withResolvers<ServerResponse>()
    const slow = await startFakeGateway({}, { list: asked.resolve })
    const { app, whileClosing } = await startToClose(slow.url)
    const answer = postRace(app.url, wish)
    const list = await asked.promise
    await whileClosing(async () => {
      list.end('{"data":[{"id":"fine"}]}')
      await expectClosing(await answer)
    })
    await slow.close()
  })
})

test('a ninth race is refused, with when to try again', async () => {
  const app = await start()
  const running = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'stalls' }] }))
      return { tape, start: (await tape.next()).value as EventOf<'race-start'> }
    }),
  )
  const refused = await postRace(app.url, { prompt: 'p', lanes: [{ model: 'fine' }] })
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ error: { code: 'too_many_races' } })
  expect(refused.headers.get('retry-after')).toBe('5')
  const first = running[0]!
  await stop(app.url, first.start.raceId)
  await rest(first.tape)
  await eventually(async () => {
    expect((await postRace(app.url, { prompt: 'p', lanes: [{ model: 'fine' }] })).status).toBe(200)
  })
})

test('a viewer that reads nothing is dropped, slows no race, and can come back for the rest', async () => {
  const app = await start({ viewerLimits: { ...viewerLimits, viewersMax: 1, drainMsMax: 500 } })
  const { port, hostname } = new URL(app.url)
  const body = JSON.stringify({ prompt: 'p', lanes: [{ model: 'flood' }] })
  const slow = connect(Number(port), hostname)
  slow.write(
    `POST /api/race HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  await once(slow, 'readable')
  const raceId = await eventually(async () => {
    const { races } = (await (await fetch(`${app.url}/api/races?status=finished`)).json()) as {
      races: { id: string }[]
    }
    expect(races).toHaveLength(1)
    return races[0]!.id
  })
  // There is room for one viewer: once this one is let in, the slow one has been dropped.
  const tape = await eventually(async () => collect(await eventsOf(app.url, raceId)))
  expect(fold(tape).lanes[0]!.answer).toHaveLength(1_600 * 1_700 * 'flood '.length)

  let seen = ''
  slow.setEncoding('utf8').on('data', (text) => {
    seen += text
  })
  await once(slow, 'close')
  const lastSeen = Number([...seen.matchAll(/^id: (\d+)$/gm)].at(-1)![1])
  expect(lastSeen).toBeLessThan(tape.length - 1)
  const missing = await collect(
    await eventsOf(app.url, raceId, { headers: { 'last-event-id': String(lastSeen) } }),
  )
  expect(missing).toEqual(tape.slice(lastSeen + 1))
})

test('a viewer too many is told when to come back', async () => {
  const app = await start({ viewerLimits: { ...viewerLimits, viewersMax: 1 } })
  const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'stalls' }] }))
  const { raceId } = (await tape.next()).value as EventOf<'race-start'>
  const refused = await eventsOf(app.url, raceId)
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ error: { code: 'too_many_viewers' } })
  expect(refused.headers.get('retry-after')).toBe('5')
})

test('an export too many is told when to come back', async () => {
  const app = await start()
  const { raceId } = await race(app.url, { prompt: 'p', lanes: [{ model: 'flood' }] })
  await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
  const { port, hostname } = new URL(app.url)
  const slow = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const socket = connect(Number(port), hostname)
      socket.write(`GET /api/races/${raceId}/export HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`)
      await once(socket, 'readable')
      return socket
    }),
  )
  const exported = () => fetch(`${app.url}/api/races/${raceId}/export?as=csv`)
  const refused = await exported()
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ error: { code: 'too_many_exports' } })
  expect(refused.headers.get('retry-after')).toBe('2')
  for (const socket of slow) socket.destroy()
  await eventually(async () => expect((await exported()).status).toBe(200))
})

test('a viewer of a silent race gets a comment now and then, which is no event', async () => {
  const app = await start({ viewerLimits: { ...viewerLimits, idleMs: 20 } })
  const response = await postRace(app.url, { prompt: 'p', lanes: [{ model: 'silent' }] })
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body!) {
    text += decoder.decode(bytes, { stream: true })
    if (/lane-start.*\n\n(: .+\n\n){2}/.test(text)) break
  }
  expect(text.match(/^data: /gm)).toHaveLength(2)
})

test('when the lane thread dies, its race ends with that reason and the next one runs', async () => {
  const workers: Worker[] = []
  const startWorker = () => {
    const worker = startLaneWorker()
    workers.push(worker)
    return worker
  }
  const laneThread = createLaneThread(log, { startWorker })
  const app = await start({ laneThread })
  const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'stalls' }] }))
  await next(tape, ({ type }) => type === 'token')
  await workers[0]!.terminate()
  const [error, end] = await rest(tape)
  expect(error).toMatchObject({ type: 'error', code: 'lane_thread_lost' })
  expect(end).toMatchObject({ type: 'race-end', reason: 'interrupted' })
  expect(laneStatus((await race(app.url, { prompt: 'p', lanes: [{ model: 'fine' }] })).lanes[0]!)).toBe(
    'done',
  )
})

test('an app that closes ends its races as interrupted, and keeps all of them', async () => {
  const db = await openDatabase(':memory:')
  const app = await startApp({ gatewayUrl: gateway.url, db })
  const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'stalls' }] }))
  const begin = (await tape.next()).value as EventOf<'race-start'>
  await next(tape, ({ type }) => type === 'token')
  const closed = app.close()
  const seen = await rest(tape)
  await closed
  expect(seen.at(-1)).toMatchObject({ type: 'race-end', reason: 'interrupted' })

  const again = await start({ db })
  expect(await detail(again.url, begin.raceId)).toMatchObject({
    status: 'interrupted',
    lanes: [{ outcome: 'failed', errorCode: 'interrupted' }],
  })
  const kept = await collect(await eventsOf(again.url, begin.raceId))
  expect(kept.slice(-seen.length)).toEqual(seen)
})

test('a race keeps what the gateway counted while it ran', async () => {
  const app = await start()
  const { raceId } = await race(app.url, { prompt: 'p', lanes: [{ model: 'fine' }, { model: 'fine' }] })
  const { gatewayAdded } = await eventually(async () => {
    const found = await detail(app.url, raceId!)
    expect(found.gatewayAdded?.[0]?.requests).toBe(2)
    return found
  })
  expect(gatewayAdded).toEqual(
    [{ provider: 'fake', model: 'fine', requests: 2, inputTokens: 0, outputTokens: 0 }].map((row) =>
      expect.objectContaining(row),
    ),
  )
})
