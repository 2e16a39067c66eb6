/** Viewers and stops of a race: no viewer owns it. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import {
  type ApiError,
  type EventOf,
  laneStatus,
  type RacePage,
  raceClockHeader,
  raceVerdict,
} from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
import { startApp, type TestApp } from '../testing/start-app.ts'
import { viewerLimits } from './routes.ts'

let gateway: FakeGateway
let app: TestApp
/** Models named `held` write their end when the test says so. */
let held = Promise.withResolvers<void>()

beforeAll(async () => {
  gateway = await startFakeGateway({
    words: (call) => {
      for (const word of ['one', ' two', ' three']) call.answer(word)
      call.finish()
    },
    /** Has said that it is finished, but does not end. */
    lingers: (call) =>
      call.chunk({ choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] }),
    held: async (call) => {
      call.answer('first')
      await Promise.race([held.promise, call.closed])
      call.answer(' last')
      call.finish()
    },
  })
  app = await startApp({ gatewayUrl: gateway.url })
})
afterAll(async () => {
  held.resolve()
  await app?.close()
  await gateway?.close()
})

describe('a viewer', () => {
  test('that comes back after any event gets the rest of the very same tape, live and later', async () => {
    held = Promise.withResolvers()
    const live = events(
      await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }, { model: 'words' }] }),
    )
    const start = (await live.next()).value as EventOf<'race-start'>
    const follower = eventsOf(app.url, start.raceId, { headers: { 'last-event-id': '0' } }).then(collect)
    held.resolve()
    const tape = [start, ...(await rest(live))]
    expect(await follower).toEqual(tape.slice(1))
    await eventually(async () => expect((await detail(app.url, start.raceId)).status).toBe('finished'))
    for (let after = -1; after < tape.length - 1; after++) {
      const response = await eventsOf(app.url, `${start.raceId}`, {
        headers: { 'last-event-id': String(after) },
      })
      expect(await collect(response)).toEqual(tape.slice(after + 1))
    }
    held = Promise.withResolvers()
  })

  test.each(['text/event-stream', '*/*', 'application/jsonl'])(
    'that has all of a race that is over gets a 204, when it accepts %s',
    async (accept) => {
      const { raceId, seq } = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
      await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
      const response = await eventsOf(app.url, raceId!, { headers: { accept, 'last-event-id': String(seq) } })
      expect({ status: response.status, text: await response.text() }).toEqual({ status: 204, text: '' })
    },
  )

  test('gets the first event when the lanes have left', async () => {
    const { ordered, laneThread } = heldLanes()
    const patient = { ...viewerLimits, startMsMax: 60_000 }
    const waiting = await startApp({ gatewayUrl: gateway.url, laneThread, viewerLimits: patient })
    let isTold = false
    const told = postRace(waiting.url, { prompt: 'p', lanes: [{ model: 'words' }] }).then((response) => {
      isTold = true
      return response
    })
    const listener = await ordered.promise
    await fetch(`${waiting.url}/api/health`)
    expect(isTold).toBe(false)
    listener.onGreenLight(process.hrtime.bigint())
    const tape = events(await told)
    expect(await tape.next()).toMatchObject({ value: { type: 'race-start' } })
    listener.onOver(null)
    expect((await rest(tape)).at(-1)).toMatchObject({ type: 'race-end' })
    await waiting.close()
  })

  test('gets the first event also when the lanes cannot leave', async () => {
    const { ordered, laneThread } = heldLanes()
    const hasty = { ...viewerLimits, startMsMax: 5 }
    const waiting = await startApp({ gatewayUrl: gateway.url, laneThread, viewerLimits: hasty })
    const tape = events(await postRace(waiting.url, { prompt: 'p', lanes: [{ model: 'words' }] }))
    expect(await tape.next()).toMatchObject({ value: { type: 'race-start' } })
    const listener = await ordered.promise
    listener.onOver(null)
    expect((await rest(tape)).at(-1)).toMatchObject({ type: 'race-end' })
    await waiting.close()
  })

  test.each(['abc', '1.5', '-2', ''])(
    'that asks for the events after %j is refused, with what to send',
    async (after) => {
      const { raceId } = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
      const response = await fetch(`${app.url}/api/races/${raceId}/events?after=${after}`)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { details: [{ path: 'after' }] } })
    },
  )

  test('that misspells `after` is refused, instead of getting all again', async () => {
    const { raceId } = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
    const response = await fetch(`${app.url}/api/races/${raceId}/events?afer=3`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { details: [{ path: 'afer' }] } })
  })

  test('that claims to have seen more than the tape holds is refused, with the reason and what to do', async () => {
    const refusal = async (raceId: string, after: number) => {
      const response = await fetch(`${app.url}/api/races/${raceId}/events?after=${after}`)
      expect(response.status).toBe(409)
      const { error } = (await response.json()) as ApiError
      expect(error.code).toBe('beyond_tape')
      return error.message
    }
    const { raceId, seq } = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
    await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
    expect(await refusal(raceId!, seq + 1)).toBe(
      `Event ${seq + 1} is not on this tape, which goes to ${seq}. Read the tape from its start.`,
    )
    await app.db.updateTable('races').set({ status: 'interrupted' }).where('id', '=', raceId!).execute()
    expect(await refusal(raceId!, seq + 1)).toContain('the app was ended in between')

    const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] }))
    const start = (await tape.next()).value as EventOf<'race-start'>
    expect(await refusal(start.raceId, 999)).toMatch(/^Event 999 has not happened yet: .* goes to \d+ so far/)
    await stop(app.url, start.raceId)
    await rest(tape)
  })

  test('that leaves does not end the race', async () => {
    held = Promise.withResolvers()
    const leaving = new AbortController()
    const response = await postRace(
      app.url,
      { prompt: 'p', lanes: [{ model: 'held' }] },
      { signal: leaving.signal },
    )
    const start = await next(events(response), ({ type }) => type === 'race-start')
    leaving.abort()
    const raceId = start.type === 'race-start' ? start.raceId : ''
    const follower = eventsOf(app.url, raceId)
    held.resolve()
    const state = fold(await collect(await follower))
    expect(state.end?.reason).toBe('finished')
    expect(state.lanes[0]!.answer).toBe('first last')
    held = Promise.withResolvers()
  })

  test('that starts a race gets its Location before the first event', async () => {
    const response = await postRace(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
    const [start] = await collect(response)
    const { raceId } = start as EventOf<'race-start'>
    expect(response.headers.get('location')).toBe(`/api/races/${raceId}`)
    expect(await (await fetch(`${app.url}${response.headers.get('location')}`)).json()).toMatchObject({
      id: raceId,
    })
  })

  test('that asks for the headers alone keeps no connection busy, also while the race runs', async () => {
    const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] }))
    const start = (await tape.next()).value as EventOf<'race-start'>
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let asked = 0; asked < 2; asked++) {
      const head = request(`${app.url}/api/races/${start.raceId}/events`, { method: 'HEAD', agent }).end()
      const [{ statusCode, headers }] = await once(head, 'response')
      expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    }
    agent.destroy()
    await stop(app.url, start.raceId)
    await rest(tape)
  })

  test('of an unknown race gets a 404', async () => {
    expect((await eventsOf(app.url, 'none')).status).toBe(404)
  })
})

test('a running race is in the history with its present state, and cannot be deleted', async () => {
  const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] }))
  const start = (await tape.next()).value as EventOf<'race-start'>
  await next(tape, ({ type }) => type === 'token')
  const live = {
    id: start.raceId,
    status: 'running',
    marginMs: null,
    verdict: null,
    lanes: [{ outcome: 'running', slip: { outputTokens: 1, chunks: 1, ttftMs: expect.any(Number) } }],
  }
  expect(await detail(app.url, start.raceId)).toMatchObject(live)
  const list = (await (await fetch(`${app.url}/api/races?status=running`)).json()) as RacePage
  expect(list.races).toMatchObject([live])
  const remove = await fetch(`${app.url}/api/races/${start.raceId}`, { method: 'DELETE' })
  expect(remove.status).toBe(409)
  expect(await (await fetch(`${app.url}/api/health`)).json()).toMatchObject({ races: { running: 1 } })
  await stop(app.url, start.raceId)
  await rest(tape)
})

test('a viewer that comes while all lanes are silent gets the time of the race’s clock', async () => {
  const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] }))
  const start = (await tape.next()).value as EventOf<'race-start'>
  const last = await next(tape, ({ type }) => type === 'token')
  const clockMs = async () => {
    const response = await eventsOf(app.url, start.raceId)
    await response.body?.cancel()
    return Number(response.headers.get(raceClockHeader))
  }
  const firstMs = await clockMs()
  expect(firstMs).toBeGreaterThan(last.at)
  expect(await clockMs()).toBeGreaterThan(firstMs)
  await stop(app.url, start.raceId)
  await rest(tape)
  await eventually(async () => expect((await detail(app.url, start.raceId)).status).toBe('stopped'))
  expect(await clockMs()).toBe(0)
})

test('health has the margin of the race that ended last', async () => {
  held = Promise.withResolvers()
  const response = await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] })
  const tape = events(response)
  const start = await next(tape, ({ type }) => type === 'race-start')
  await next(tape, ({ type }) => type === 'token')
  // A race of a millisecond or two is too short to measure it.
  for (let asked = 0; asked < 20; asked++) await fetch(`${app.url}/api/health`)
  held.resolve()
  const state = fold(await collect(await eventsOf(app.url, (start as EventOf<'race-start'>).raceId)))
  expect(state.end!.marginMs).toBeGreaterThan(0)
  await eventually(async () =>
    expect(await (await fetch(`${app.url}/api/health`)).json()).toMatchObject({
      status: 'ok',
      gateway: { url: gateway.url, isReachable: true },
      races: { running: 0 },
      marginMs: state.end!.marginMs,
    }),
  )
})

describe('stop', () => {
  const codeOf = async (refused: Response) =>
    `${refused.status} ${((await refused.json()) as ApiError).error.code}`

  test('ends one lane and its call, and leaves the other', async () => {
    held = Promise.withResolvers()
    const tape = events(
      await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }, { model: 'held' }] }),
    )
    const start = (await tape.next()).value as EventOf<'race-start'>
    await next(tape, (event) => event.type === 'token' && event.lane === 0)
    expect((await stop(app.url, start.raceId, { lane: 0 })).status).toBe(204)
    await next(tape, (event) => event.type === 'error' && event.lane === 0 && event.code === 'stopped')
    await Promise.race(gateway.calls.slice(-2).map(({ closed }) => closed))
    expect(await codeOf(await stop(app.url, start.raceId, { lane: 0 }))).toBe('409 already_ended')
    expect((await stop(app.url, start.raceId, { lane: 2 })).status).toBe(400)
    expect((await stop(app.url, start.raceId, { lane: 'x' })).status).toBe(400)
    expect((await stop(app.url, start.raceId, { line: 1 })).status).toBe(400)
    const inAddress = `${app.url}/api/races/${start.raceId}/stop?lane=1`
    expect((await fetch(inAddress, { method: 'POST' })).status).toBe(400)
    held.resolve()
    expect((await rest(tape)).at(-1)).toMatchObject({ type: 'race-end', reason: 'finished' })
    const state = fold(await collect(await eventsOf(app.url, start.raceId)))
    expect(state.lanes.map(laneStatus)).toEqual(['stopped', 'done'])
    expect(raceVerdict(state)).toMatchObject({ kind: 'no-contest' })
    held = Promise.withResolvers()
  })

  test('ends the race, which stands in the history as stopped with what had arrived', async () => {
    const tape = events(
      await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }, { model: 'words' }] }),
    )
    const start = (await tape.next()).value as EventOf<'race-start'>
    await next(tape, ({ type }) => type === 'done')
    expect((await stop(app.url, start.raceId)).status).toBe(204)
    expect((await rest(tape)).at(-1)).toMatchObject({ reason: 'stopped' })
    const kept = await eventually(async () => {
      const found = await detail(app.url, start.raceId)
      expect(found.status).toBe('stopped')
      return found
    })
    expect(kept.lanes.map(({ lane, outcome }) => [lane, outcome])).toEqual([
      [1, 'done'],
      [0, 'stopped'],
    ])
    expect(await codeOf(await stop(app.url, start.raceId))).toBe('409 already_ended')
  })

  test('is a stop, also when the model had said that it is finished', async () => {
    const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'lingers' }] }))
    const start = (await tape.next()).value as EventOf<'race-start'>
    await next(tape, ({ type }) => type === 'token')
    await stop(app.url, start.raceId)
    expect(await rest(tape)).toMatchObject([{ type: 'error', code: 'stopped' }, { reason: 'stopped' }])
  })

  test('of an unknown race is a 404', async () => {
    expect((await stop(app.url, 'none')).status).toBe(404)
  })
})
