import { type RaceEvent, raceClockHeader } from '@drag-race/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { request, tape, toBytes } from '../testing/feed.ts'
import { makeTape } from '../testing/tape.ts'
import { type FeedStatus, followRace, startRace } from './feed.ts'

const utf8 = new TextEncoder()
const neverHidden = () => new Promise<void>(() => {})

interface Call {
  method: string
  path: string
  after: string | null
}

type Answer = (after: number) => Response | Promise<Response>

/** Runs a feed to its end, against a server that gives one answer to each call; the last answer repeats. */
async function watch(answers: Answer[], open: 'post' | 'follow' = 'post') {
  const calls: Call[] = []
  const waits: number[] = []
  const events: RaceEvent[] = []
  const statuses: FeedStatus[] = []
  let rewinds = 0
  const fetchIt: typeof fetch = async (path, init) => {
    const after = new Headers(init?.headers).get('last-event-id')
    calls.push({ method: init?.method ?? 'GET', path: String(path), after })
    const answer = answers[Math.min(calls.length, answers.length) - 1]!
    return answer(after === null ? -1 : Number(after))
  }
  await new Promise<void>((resolve) => {
    const options = {
      fetchIt,
      // A backoff is short and passes at once; the wait for a silence is long and never ends.
      sleep: (ms: number) => {
        if (ms > 10_000) return new Promise<void>(() => {})
        waits.push(ms)
        return Promise.resolve()
      },
      whenTab: neverHidden,
      onEvents: (more: readonly RaceEvent[]) => void events.push(...more),
      onClock: () => {},
      onRewind: () => {
        rewinds++
        events.length = 0
      },
      onStatus: (status: FeedStatus) => {
        statuses.push(status)
        if (status.state === 'ended' || status.state === 'refused') resolve()
      },
    }
    open === 'post' ? startRace(request, options) : followRace('r1', options)
  })
  return {
    calls,
    waits,
    events,
    rewinds,
    statuses: statuses.map(({ state }) => state),
    last: statuses.at(-1)!,
  }
}

function stream(bytes: Uint8Array, end: 'close' | 'error' = 'close'): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      if (end === 'close') controller.close()
    },
    pull(controller) {
      if (end === 'error') controller.error(new TypeError('connection reset'))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

const rest: Answer = (after) => stream(toBytes(tape.slice(after + 1)))
const refuse = (status: number, code: string) => () =>
  Response.json({ error: { code, message: 'Do this.' } }, { status })

/** How the app sends a race that is over to a reader that accepts lines. */
const lines = (events: readonly RaceEvent[]): Response =>
  new Response(events.map((event) => `${JSON.stringify(event)}\n`).join(''), {
    headers: { 'content-type': 'application/jsonl' },
  })

describe('a feed', () => {
  test('takes a tape that comes as lines, also as the rest after a break', async () => {
    const whole = await watch([() => lines(tape)], 'follow')
    expect(whole.events).toEqual(tape)
    expect(whole.statuses).toEqual(['asking', 'open', 'ended'])
    const broken = await watch([
      () => stream(toBytes(tape.slice(0, 4)), 'error'),
      (after) => lines(tape.slice(after + 1)),
    ])
    expect(broken.events).toEqual(tape)
    expect(broken.calls.at(-1)).toMatchObject({ path: '/api/races/r1/events', after: '3' })
  })

  test('starts a race by one POST and hands out its tape', async () => {
    const { calls, events, statuses } = await watch([rest])
    expect(calls).toEqual([{ method: 'POST', path: '/api/race', after: null }])
    expect(events).toEqual(tape)
    expect(statuses).toEqual(['asking', 'open', 'ended'])
  })

  test('gives the full tape, each event once, wherever the stream breaks', async () => {
    const bytes = toBytes(tape)
    const startEnd = toBytes(tape.slice(0, 1)).length
    const cuts = fc.array(
      fc.record({ share: fc.nat(1_000).map((thousandths) => thousandths / 1_000), isReset: fc.boolean() }),
      {
        maxLength: 6,
      },
    )
    await fc.assert(
      fc.asyncProperty(cuts, async (breaks) => {
        const broken = breaks.map(({ share, isReset }, index): Answer => {
          return (after) => {
            const whole = after < 0 ? bytes : toBytes(tape.slice(after + 1))
            const least = index === 0 ? startEnd : 0
            const length = least + Math.floor(share * (whole.length - least))
            return stream(whole.slice(0, Math.min(length, whole.length - 3)), isReset ? 'error' : 'close')
          }
        })
        const { calls, events, last } = await watch([...broken, rest])
        expect(events).toEqual(tape)
        expect(last.state).toBe('ended')
        expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1)
      }),
    )
  })

  test('passes over events that come twice', async () => {
    const { events } = await watch([
      () => stream(toBytes(tape.slice(0, 4))),
      () => stream(toBytes(tape.slice(1))),
    ])
    expect(events).toEqual(tape)
  })

  test('asks for what follows its last event', async () => {
    const { calls } = await watch([() => stream(toBytes(tape.slice(0, 4))), rest])
    expect(calls[1]).toEqual({ method: 'GET', path: '/api/races/r1/events', after: '3' })
  })

  test('waits longer after each failure, five seconds at most, and starts anew after an event', async () => {
    const dead: Answer = () => Promise.reject(new TypeError('fetch failed'))
    const some: Answer = (after) => stream(toBytes(tape.slice(after + 1, after + 2)))
    const { waits, statuses } = await watch([some, dead, dead, dead, dead, dead, dead, some, dead, rest])
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 250, 500])
    expect(statuses).toContain('reconnecting')
    expect((await watch([dead, rest], 'follow')).waits).toEqual([250])
  })

  test('comes back after a server error, not after a refusal', async () => {
    const back = await watch([() => stream(toBytes(tape.slice(0, 2))), refuse(503, 'busy'), rest])
    expect(back.events).toEqual(tape)
    const gone = await watch([() => stream(toBytes(tape.slice(0, 2))), refuse(404, 'race_not_found')])
    expect(gone.last).toMatchObject({ state: 'refused', problem: { status: 404 } })
  })

  describe('after the app was killed reads the tape that was kept, from its start', () => {
    const kept = makeTape({
      lanes: [
        { model: 'a', tokensAt: [10], end: 'running' },
        { model: 'b', tokensAt: [15], end: 'failed' },
      ],
      reason: 'interrupted',
    })
    const fromKept: Answer = (after) => stream(toBytes(kept.slice(after + 1)))
    const nothingMore = () => new Response(null, { status: 204 })

    test.each([
      ['when it is shorter than what was seen', 9, refuse(409, 'beyond_tape')],
      ['when it ends interrupted after what was seen', kept.length - 2, fromKept],
      ['when it ended exactly where the feed is', kept.length, nothingMore],
    ])('%s', async (_name, seenEvents, second) => {
      const { calls, events, rewinds } = await watch([
        () => stream(toBytes(tape.slice(0, seenEvents))),
        second,
        fromKept,
      ])
      expect(calls.map(({ after }) => after)).toEqual([null, String(seenEvents - 1), null])
      expect(rewinds).toBe(1)
      expect(events).toEqual(kept)
    })
  })

  test('says a refused start in the words of the app, and never starts again', async () => {
    const { calls, last } = await watch([refuse(400, 'invalid_request')])
    expect(last).toMatchObject({
      state: 'refused',
      problem: { code: 'invalid_request', message: 'Do this.' },
    })
    expect(calls).toHaveLength(1)
  })

  test('starts a race with the prompt’s text alone where the library no longer has the prompt', async () => {
    const bodies: string[] = []
    const details = [{ path: 'promptId', message: 'There is none.' }]
    await new Promise<void>((resolve) => {
      startRace(
        { ...request, promptId: 'gone' },
        {
          fetchIt: async (_path, init) => {
            bodies.push(init?.body as string)
            return bodies.length > 1
              ? stream(toBytes(tape))
              : Response.json(
                  { error: { code: 'invalid_request', message: 'No.', details } },
                  { status: 400 },
                )
          },
          sleep: () => new Promise(() => {}),
          whenTab: neverHidden,
          onEvents: () => {},
          onRewind: () => {},
          onClock: () => {},
          onStatus: ({ state }) => state === 'ended' && resolve(),
        },
      )
    })
    expect(bodies.map((body) => JSON.parse(body))).toEqual([{ ...request, promptId: 'gone' }, request])
  })

  test('does not repeat a POST that broke before the green light', async () => {
    const { calls, last } = await watch([() => stream(utf8.encode('id: 0\ndata: {"seq"'))])
    expect(calls).toHaveLength(1)
    expect(last).toMatchObject({ state: 'refused', problem: { status: 0 } })
    expect(last.state === 'refused' && last.problem.message).toContain('history')
  })

  test('follows a race that somebody else started', async () => {
    const { calls, events } = await watch([rest], 'follow')
    expect(calls).toEqual([{ method: 'GET', path: '/api/races/r1/events', after: null }])
    expect(events).toEqual(tape)
  })

  test('leaves a connection that has fallen silent', async () => {
    let passTime = () => {}
    let quietLooks = 0
    const silent = new Response(new ReadableStream({ start: (c) => c.enqueue(toBytes(tape.slice(0, 2))) }))
    const answers = [silent, rest(1) as Response]
    const events: RaceEvent[] = []
    await new Promise<void>((resolve) => {
      followRace('r1', {
        fetchIt: async () => answers.shift()!,
        whenTab: neverHidden,
        sleep: (ms) =>
          ms > 10_000 && quietLooks-- <= 0 ? new Promise((wake) => (passTime = wake)) : Promise.resolve(),
        onEvents: (more) => {
          events.push(...more)
          // The read after the second event never ends.
          if (events.length !== 2) return
          quietLooks = 1
          setTimeout(() => passTime())
        },
        onRewind: () => {},
        onClock: () => {},
        onStatus: ({ state }) => state === 'ended' && resolve(),
      })
    })
    expect(events).toEqual(tape)
  })

  test('stays on a connection that brings something now and then', async () => {
    let passTime = () => {}
    let bring = (_: Uint8Array) => {}
    const body = new ReadableStream<Uint8Array>({ start: (c) => (bring = (bytes) => c.enqueue(bytes)) })
    const opened: string[] = []
    const events: RaceEvent[] = []
    await new Promise<void>((resolve) => {
      followRace('r1', {
        fetchIt: async (path) => {
          opened.push(String(path))
          bring(toBytes(tape.slice(0, 1)))
          return new Response(body)
        },
        whenTab: neverHidden,
        sleep: (ms) => (ms > 10_000 ? new Promise((wake) => (passTime = wake)) : Promise.resolve()),
        // Between every two events the time passes after which a silent connection is left.
        onEvents: (more) => {
          events.push(...more)
          if (events.length === tape.length) return
          setTimeout(() => {
            passTime()
            bring(toBytes(tape.slice(events.length, events.length + 1)))
          })
        },
        onRewind: () => {},
        onClock: () => {},
        onStatus: ({ state }) => state === 'ended' && resolve(),
      })
    })
    expect(events).toEqual(tape)
    expect(opened).toHaveLength(1)
  })

  test.each([
    ['the tape', () => rest(-1) as Response],
    ['that the tape is another', () => new Response(null, { status: 204 })],
  ])('closed before it is answered, says nothing of %s', async (_what, toAnswer) => {
    const told: unknown[] = []
    const { promise, resolve } = Promise.withResolvers<Response>()
    const feed = followRace('r1', {
      fetchIt: () => promise,
      sleep: () => new Promise(() => {}),
      whenTab: neverHidden,
      onEvents: (events) => told.push(...events),
      onRewind: () => told.push('rewind'),
      onClock: (atMs) => told.push(atMs),
      onStatus: ({ state }) => told.push(state),
    })
    feed.close()
    const answer = toAnswer()
    answer.headers.set(raceClockHeader, '9000.5')
    resolve(answer)
    await new Promise((resolve) => setTimeout(resolve))
    expect(told).toEqual(['asking'])
  })

  test('once closed, says nothing more', async () => {
    const seen: unknown[] = []
    let enqueue = (_: Uint8Array) => {}
    const body = new ReadableStream<Uint8Array>({ start: (c) => (enqueue = (bytes) => c.enqueue(bytes)) })
    const opened = Promise.withResolvers<void>()
    const feed = followRace('r1', {
      fetchIt: async () => new Response(body),
      sleep: () => new Promise(() => {}),
      whenTab: neverHidden,
      onEvents: (events) => seen.push(...events),
      onRewind: () => {},
      onClock: () => {},
      onStatus: ({ state }) => state === 'open' && opened.resolve(),
    })
    await opened.promise
    feed.close()
    enqueue(toBytes(tape))
    await new Promise((resolve) => setTimeout(resolve))
    expect(seen).toEqual([])
  })
})
