import { raceClockHeader } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { request, toBytes } from '../testing/feed.ts'
import { settle, setUpStore } from '../testing/set-up-store.ts'
import { fold, makeTape } from '../testing/tape.ts'
import { createRaceStore } from './store.ts'

const tape = makeTape({ lanes: [{ model: 'a', tokensAt: [10, 20, 30], end: 'done' }] })

test('shows events only with the next frame, and all of them in one', async () => {
  const { store, send, frame, frames } = setUpStore()
  store.getState().start(request)
  await send(tape.slice(0, 4))
  expect(store.getState().race.seq).toBe(-1)
  expect(frames).toHaveLength(1)
  let renders = 0
  store.subscribe(() => renders++)
  frame()
  expect(renders).toBe(1)
  expect(store.getState().race).toEqual(fold(tape.slice(0, 4)))
})

test('shows the last event before it says that the race has ended', async () => {
  const { store, send } = setUpStore()
  const seen: [string, boolean][] = []
  store.subscribe(({ feed, race }) => seen.push([feed.state, race.end !== null]))
  store.getState().start(request)
  await send(tape)
  expect(seen.at(-1)).toEqual(['ended', true])
  expect(store.getState().race).toEqual(fold(tape))
})

test('folds a long tape without frames, and shows it at the first one', async () => {
  const { store, send, frame, frames } = setUpStore()
  const tokensAt = Array.from({ length: 2500 }, (_, index) => index + 1)
  const long = makeTape({ lanes: [{ model: 'a', tokensAt, end: 'running' }], reason: null })
  store.getState().open('r1')
  await send(long)
  expect(frames).toHaveLength(1)
  frame()
  expect(store.getState().race.lanes[0]!.chunks).toBe(2500)
})

test('anchors the display clock at the newest event', async () => {
  const { store, send, frame, pass } = setUpStore()
  store.getState().start(request)
  await send(tape.slice(0, 5))
  pass(500)
  frame()
  expect(store.getState().anchor).toEqual({ at: 20, shownAtMs: 1500 })
})

test('a viewer who comes in a silence sees the clock of the race, not that of its newest event', async () => {
  const { store, send, frame, pass } = setUpStore({ headers: { [raceClockHeader]: '9000.5' } })
  store.getState().open('r1')
  await send(tape.slice(0, 5))
  pass(500)
  frame()
  expect(store.getState().anchor).toEqual({ at: 9500.5, shownAtMs: 1500 })
})

test('another race has neither the clock nor the connection of the one before', async () => {
  const headers: Record<string, string> = { [raceClockHeader]: '9000.5' }
  const { store, send, frame, signals } = setUpStore({ headers })
  store.getState().open('r1')
  await send(tape.slice(0, 5))
  delete headers[raceClockHeader]
  store.getState().open('r2')
  await send(tape.slice(0, 5))
  frame()
  expect(store.getState().anchor.at).toBe(20)
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, false])
})

test('a tape that comes again from its start takes the place of what was seen', async () => {
  const kept = makeTape({ lanes: [{ model: 'a', tokensAt: [10], end: 'failed' }], reason: 'interrupted' })
  const answers = [
    new Response(toBytes(tape.slice(0, 4))),
    new Response(null, { status: 204 }),
    new Response(toBytes(kept)),
  ]
  const store = createRaceStore({
    fetchIt: async () => answers.shift()!,
    sleep: (ms) => (ms > 10_000 ? new Promise(() => {}) : Promise.resolve()),
    whenTab: () => new Promise(() => {}),
    requestFrame: () => {},
    afterPaint: () => {},
    nowMs: () => 0,
  })
  const ended = new Promise<void>((resolve) =>
    store.subscribe(({ feed }) => feed.state === 'ended' && resolve()),
  )
  store.getState().open('r1')
  await ended
  expect(store.getState().race).toEqual(fold(kept))
})

test('events that came before change nothing on the screen', async () => {
  const { store, send, frame } = setUpStore()
  store.getState().open('r1')
  await send(tape.slice(0, 4))
  frame()
  let renders = 0
  store.subscribe(() => renders++)
  await send(tape.slice(1, 4))
  frame()
  expect(renders).toBe(0)
})

test('leaving empties the screen, and what still comes is not shown', async () => {
  const { store, send, frame, signals } = setUpStore()
  const empty = store.getState()
  expect(empty).toMatchObject({ feed: { state: 'idle' }, race: { raceId: null, lanes: [] } })
  expect(empty).toMatchObject({ screenLagMs: null, isStopping: false, stopProblem: null })
  store.getState().start(request)
  await send(tape.slice(0, 3))
  frame()
  await send(tape.slice(3, 4))
  store.getState().leave()
  await send(tape.slice(4, 5)).catch(() => {})
  frame()
  expect(store.getState()).toEqual(empty)
  expect(signals.map((signal) => signal?.aborted)).toEqual([true])
})

test('stops the race, or one lane of it', async () => {
  const { store, send, frame, calls } = setUpStore()
  store.getState().start(request)
  await send(tape.slice(0, 2))
  frame()
  await store.getState().stop(0)
  await store.getState().stop()
  expect(calls.slice(1)).toEqual([
    { method: 'POST', path: '/api/races/r1/stop', body: { lane: 0 } },
    { method: 'POST', path: '/api/races/r1/stop', body: {} },
  ])
  expect(store.getState().stopProblem).toBeNull()
})

test('says that a stop is on its way, and what to do when no answer comes', async () => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  const { store, send, frame, sleeps } = setUpStore({ stop: () => promise })
  store.getState().start(request)
  await send(tape.slice(0, 2))
  frame()
  const stopping = store.getState().stop()
  expect(store.getState()).toMatchObject({ isStopping: true, stopProblem: null })
  sleeps.at(-1)!.wake()
  await settle()
  expect(store.getState().stopProblem).toContain('six connections')
  resolve(new Response(null, { status: 204 }))
  await stopping
  expect(store.getState()).toMatchObject({ isStopping: false, stopProblem: null })
})

test('says that a stop is on its way until every stop is answered', async () => {
  const answers = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()]
  const waiting = answers.map(({ promise }) => promise)
  const { store, send, frame } = setUpStore({ stop: () => waiting.shift()! })
  store.getState().start(request)
  await send(tape.slice(0, 2))
  frame()
  const stops = [store.getState().stop(0), store.getState().stop(1)]
  answers[0]!.resolve(new Response(null, { status: 204 }))
  await stops[0]
  expect(store.getState().isStopping).toBe(true)
  answers[1]!.resolve(new Response(null, { status: 204 }))
  await stops[1]
  expect(store.getState().isStopping).toBe(false)
})

test('says why the app refused a stop, and nothing when the race had ended by itself', async () => {
  const refuse = (code: string) => Response.json({ error: { code, message: 'Do this.' } }, { status: 409 })
  for (const [code, problem] of [
    ['already_ended', null],
    ['not_yours', 'Do this.'],
  ] as const) {
    const { store, send, frame, sleeps } = setUpStore({ stop: async () => refuse(code) })
    store.getState().start(request)
    await send(tape.slice(0, 2))
    frame()
    await store.getState().stop()
    // The app answered in time: no message about waiting follows.
    sleeps.at(-1)!.wake()
    await settle()
    expect(store.getState()).toMatchObject({ isStopping: false, stopProblem: problem })
    void store.getState().stop()
    expect(store.getState()).toMatchObject({ isStopping: true, stopProblem: null })
    store.getState().start(request)
    expect(store.getState()).toMatchObject({ isStopping: false, stopProblem: null })
  }
})

test('nothing can be stopped before the green light, and no problem is shown once another race is open', async () => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  const { store, send, frame, calls, sleeps } = setUpStore({ stop: () => promise })
  store.getState().start(request)
  await store.getState().stop()
  expect(calls.map(({ path }) => path)).toEqual(['/api/race'])
  await send(tape.slice(0, 2))
  frame()
  const stopping = store.getState().stop()
  const { wake } = sleeps.at(-1)!
  store.getState().open('r2')
  wake()
  resolve(Response.json({ error: { code: 'c', message: 'm' } }, { status: 500 }))
  await stopping
  expect(store.getState()).toMatchObject({ following: 'r2', isStopping: false, stopProblem: null })
})

test('a start keeps the previous race on the screen until the green light, opening an address does not', async () => {
  const { store, send, frame } = setUpStore()
  store.getState().start(request)
  await send(tape)
  const { race } = store.getState()
  store.getState().start(request)
  expect(store.getState()).toMatchObject({
    race,
    following: 'r1',
    origin: 'start',
    feed: { state: 'asking' },
  })
  await send([])
  frame()
  expect(store.getState().race).toBe(race)
  await send(tape.slice(0, 2))
  frame()
  expect(store.getState().race).toEqual(fold(tape.slice(0, 2)))
  store.getState().open('r2')
  expect(store.getState()).toMatchObject({ race: { raceId: null }, following: 'r2', origin: 'open' })
})

test('how far the screen is behind is not told of a race by the frames of the one before', async () => {
  const { store, send, frame, paint, pass } = setUpStore()
  store.getState().start(request)
  for (const event of tape.slice(0, -1)) {
    await send([event])
    pass(600)
    frame()
    paint()
  }
  expect(store.getState().screenLagMs).not.toBeNull()
  store.getState().start(request)
  expect(store.getState().screenLagMs).toBeNull()
})

test('shows a kept tape once it is whole, at once and without a frame', async () => {
  const frames: (() => void)[] = []
  const seen: number[] = []
  const store = createRaceStore({
    fetchIt: async () =>
      new Response(tape.map((event) => `${JSON.stringify(event)}\n`).join(''), {
        headers: { 'content-type': 'application/jsonl' },
      }),
    sleep: () => new Promise(() => {}),
    whenTab: () => new Promise(() => {}),
    requestFrame: (callback) => void frames.push(callback),
    afterPaint: () => {},
    nowMs: () => 0,
  })
  store.subscribe(({ race }) => void (race.seq !== seen.at(-1) && seen.push(race.seq)))
  store.getState().open('r1')
  await settle()
  await settle()
  expect(store.getState().race).toEqual(fold(tape))
  expect(seen).toEqual([-1, tape.length - 1])
  expect(frames).toEqual([])
})
