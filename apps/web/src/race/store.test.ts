import { type RaceEvent, raceClockHeader } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { createRaceStore } from './store.ts'
import { hasTurn, type Turn } from './turns.ts'

const utf8 = new TextEncoder()
const request = { prompt: 'p', lanes: [{ model: 'm' }] }
const tape = makeTape({ lanes: [{ model: 'a', tokensAt: [10, 20, 30], end: 'done' }] })

const stoppedAtOnce = Promise.resolve(new Response(null, { status: 204 }))

interface Server {
  stopped: Promise<Response>
  headers: Record<string, string>
}

/** A store with a server that is written to by hand, and frames that come when asked for. */
function setUp({ stopped = stoppedAtOnce, headers = {} }: Partial<Server> = {}) {
  const sleeps: { ms: number; wake: () => void }[] = []
  const frames: (() => void)[] = []
  const painted: (() => void)[] = []
  const calls: { method: string | undefined; path: string; body: unknown }[] = []
  const signals: (AbortSignal | null | undefined)[] = []
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let nowMs = 1000
  const store = createRaceStore({
    fetchIt: async (path, init) => {
      calls.push({ method: init?.method, path: String(path), body: JSON.parse(String(init?.body ?? 'null')) })
      if (String(path).endsWith('/stop')) return stopped
      signals.push(init?.signal)
      const body = new ReadableStream<Uint8Array>({
        start(opened) {
          controller = opened
        },
      })
      return new Response(body, { headers })
    },
    sleep: (ms) => new Promise((resolve) => sleeps.push({ ms, wake: resolve })),
    whenTab: () => new Promise(() => {}),
    requestFrame: (callback) => void frames.push(callback),
    afterPaint: (callback) => void painted.push(callback),
    nowMs: () => nowMs,
  })
  return {
    store,
    calls,
    signals,
    frames,
    sleeps,
    async send(events: readonly RaceEvent[]) {
      await settle()
      controller!.enqueue(utf8.encode(events.map(toFrame).join('')))
      await settle()
    },
    frame() {
      for (const callback of frames.splice(0)) callback()
    },
    paint() {
      for (const callback of painted.splice(0)) callback()
    },
    pass(ms: number) {
      nowMs += ms
    },
  }
}

const toFrame = (event: RaceEvent) => encodeEvent({ id: event.seq, data: JSON.stringify(event) })

/** Lets every pending promise of the feed run. */
function settle() {
  return new Promise((resolve) => setTimeout(resolve))
}

test('shows nothing before the frame, and all of it in one', async () => {
  const { store, send, frame, frames } = setUp()
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
  const { store, send } = setUp()
  const seen: [string, boolean][] = []
  store.subscribe(({ feed, race }) => seen.push([feed.state, race.end !== null]))
  store.getState().start(request)
  await send(tape)
  expect(seen.at(-1)).toEqual(['ended', true])
  expect(store.getState().race).toEqual(fold(tape))
})

test('folds a long tape without frames, and shows it at the first one', async () => {
  const { store, send, frame, frames } = setUp()
  const tokensAt = Array.from({ length: 2500 }, (_, index) => index + 1)
  const long = makeTape({ lanes: [{ model: 'a', tokensAt, end: 'running' }], reason: null })
  store.getState().open('r1')
  await send(long)
  expect(frames).toHaveLength(1)
  frame()
  expect(store.getState().race.lanes[0]!.chunks).toBe(2500)
})

test('anchors the display clock at the newest event', async () => {
  const { store, send, frame, pass } = setUp()
  store.getState().start(request)
  await send(tape.slice(0, 5))
  pass(500)
  frame()
  expect(store.getState().anchor).toEqual({ at: 20, shownAtMs: 1500 })
})

test('whoever comes in the middle of a silence has the clock of the race, not that of its newest event', async () => {
  const { store, send, frame, pass } = setUp({ headers: { [raceClockHeader]: '9000.5' } })
  store.getState().open('r1')
  await send(tape.slice(0, 5))
  pass(500)
  frame()
  expect(store.getState().anchor).toEqual({ at: 9500.5, shownAtMs: 1500 })
})

test('another race has neither the clock nor the connection of the one before', async () => {
  const headers: Record<string, string> = { [raceClockHeader]: '9000.5' }
  const { store, send, frame, signals } = setUp({ headers })
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
    new Response(tape.slice(0, 4).map(toFrame).join('')),
    new Response(null, { status: 204 }),
    new Response(kept.map(toFrame).join('')),
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

test('what came before changes nothing on the screen', async () => {
  const { store, send, frame } = setUp()
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
  const { store, send, frame, signals } = setUp()
  const empty = store.getState()
  expect(empty).toMatchObject({ feed: { state: 'idle' }, race: { raceId: null, lanes: [] } })
  expect(empty).toMatchObject({ screenLagMs: null, isStopping: false, stopProblem: null })
  store.getState().start(request)
  await send(tape.slice(0, 3))
  frame()
  store.getState().leave()
  await send(tape.slice(3, 4)).catch(() => {})
  frame()
  expect(store.getState()).toEqual(empty)
  expect(signals.map((signal) => signal?.aborted)).toEqual([true])
})

test('stops the race, or one lane of it', async () => {
  const { store, send, frame, calls } = setUp()
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
  const { store, send, frame, sleeps } = setUp({ stopped: promise })
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

test('says why the app refused a stop, and nothing when the race had ended by itself', async () => {
  const refuse = (code: string) => Response.json({ error: { code, message: 'Do this.' } }, { status: 409 })
  for (const [code, problem] of [
    ['already_ended', null],
    ['not_yours', 'Do this.'],
  ] as const) {
    const { store, send, frame, sleeps } = setUp({ stopped: Promise.resolve(refuse(code)) })
    store.getState().start(request)
    await send(tape.slice(0, 2))
    frame()
    await store.getState().stop()
    // It was answered in time: no word of waiting follows.
    sleeps.at(-1)!.wake()
    await settle()
    expect(store.getState()).toMatchObject({ isStopping: false, stopProblem: problem })
    void store.getState().stop()
    expect(store.getState()).toMatchObject({ isStopping: true, stopProblem: null })
    store.getState().start(request)
    expect(store.getState()).toMatchObject({ isStopping: false, stopProblem: null })
  }
})

test('before the green light there is nothing to stop, and after another race was opened nothing to tell', async () => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  const { store, send, frame, calls, sleeps } = setUp({ stopped: promise })
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

test('a start leaves the race before on the screen until the green light, an address does not', async () => {
  const { store, send, frame } = setUp()
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

test('how far the picture is behind the tape is known when a second of it was painted', async () => {
  const { store, send, frame, paint, pass } = setUp()
  store.getState().start(request)
  await send(tape.slice(0, 3))
  frame()
  pass(4)
  paint()
  expect(store.getState().screenLagMs).toBeNull()
  pass(1_500)
  await send(tape.slice(3, 4))
  frame()
  paint()
  expect(store.getState().screenLagMs).toBeGreaterThan(0)
})

test('shows a kept tape when it is whole, in one go and without a frame', async () => {
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

test('when frames grow long lanes take turns, and frames go on until each had its own', async () => {
  const { store, send, frame, frames, paint, pass } = setUp()
  const tokensAt = Array.from({ length: 100 }, (_, index) => index + 1)
  const long = makeTape({
    lanes: ['a', 'b', 'c', 'd'].map((model) => ({ model, tokensAt, end: 'running' as const })),
    reason: null,
  })
  store.getState().open('r1')
  for (const event of long) {
    await send([event])
    frame()
    if (event.seq < 20) expect(store.getState().turn.stride).toBe(1)
    pass(event.seq < 20 ? 1 : 60)
    paint()
  }
  expect(store.getState().turn.stride).toBe(4)
  expect(store.getState().race.seq).toBe(long.at(-1)!.seq)
  // Nothing new comes: the three lanes that had no turn since then have it in the next frames, which are the last.
  const drawn = new Set(lanesOf(store.getState().turn))
  for (let left = 3; left > 0; left--) {
    expect(frames).toHaveLength(1)
    frame()
    paint()
    for (const lane of lanesOf(store.getState().turn)) drawn.add(lane)
  }
  expect(frames).toHaveLength(0)
  expect([...drawn].sort()).toEqual([0, 1, 2, 3])
})

const lanesOf = (turn: Turn) => [0, 1, 2, 3].filter((lane) => hasTurn(lane, turn))
