import type { RaceEvent } from '@drag-race/contracts'
import { encodeComment, encodeEvent } from '@drag-race/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FeedStatus, followRace, startRace } from './feed.ts'
import { makeTape } from './tape-for-tests.ts'

const utf8 = new TextEncoder()
const request = { prompt: 'p', lanes: [{ model: 'm' }] }
const tape = makeTape({
  lanes: [
    { model: 'a', tokensAt: [10, 20, 30, 40, 50], end: 'done' },
    { model: 'b', tokensAt: [15, 35], end: 'failed' },
  ],
})

const neverHidden = () => new Promise<void>(() => {})

interface Call {
  method: string
  path: string
  after: string | null
}

type Answer = (after: number) => Response | Promise<Response>

/** Feeds until it is done with, against a server that answers each call as told; the last answer repeats. */
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
      // Backoff is short and passes at once; silence is long and never comes, unless the test lets it.
      sleep: (ms: number) => {
        if (ms > 10_000) return new Promise<void>(() => {})
        waits.push(ms)
        return Promise.resolve()
      },
      whenTab: neverHidden,
      onEvent: (event: RaceEvent) => void events.push(event),
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

function toBytes(events: readonly RaceEvent[]): Uint8Array {
  const text = events.map((event) => encodeEvent({ id: event.seq, data: JSON.stringify(event) }))
  return utf8.encode(encodeComment('hello') + text.join(''))
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

/** As the app sends a race that is over to those who read lines. */
const lines = (events: readonly RaceEvent[]): Response =>
  new Response(events.map((event) => `${JSON.stringify(event)}\n`).join(''), {
    headers: { 'content-type': 'application/jsonl' },
  })

describe('a feed', () => {
  test('takes a tape that comes as lines, also as the rest of one that broke', async () => {
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
      ['when it ended just where we are', kept.length, nothingMore],
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

  test('starts a race whose prompt the library has lost with its text alone', async () => {
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
          onEvent: () => {},
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
    let giveUp = () => {}
    const silent = new Response(new ReadableStream({ start: (c) => c.enqueue(toBytes(tape.slice(0, 2))) }))
    const answers = [silent, rest(1) as Response]
    const events: RaceEvent[] = []
    await new Promise<void>((resolve) => {
      followRace('r1', {
        fetchIt: async () => answers.shift()!,
        whenTab: neverHidden,
        sleep: (ms) => (ms > 10_000 ? new Promise((wake) => (giveUp = wake)) : Promise.resolve()),
        onEvent: (event) => {
          events.push(event)
          // The read after the second event is the one that never comes.
          if (event.seq === 1) setTimeout(() => giveUp())
        },
        onRewind: () => {},
        onClock: () => {},
        onStatus: ({ state }) => state === 'ended' && resolve(),
      })
    })
    expect(events).toEqual(tape)
  })

  describe('of a tab that nobody looks at', () => {
    /** A tab, hidden and shown by hand; its waits are woken by hand, too; a server that sends two events and goes on. */
    function setUp(open: 'post' | 'follow') {
      let isHidden = false
      const lookers: (() => void)[] = []
      const waits: { ms: number; wake: () => void }[] = []
      const afters: (string | null)[] = []
      const events: RaceEvent[] = []
      const states: string[] = []
      let awaited: { state: string; resolve: () => void } | null = null
      let send = (_: readonly RaceEvent[]) => {}
      const options = {
        fetchIt: (async (_path, init) => {
          const after = new Headers(init?.headers).get('last-event-id')
          afters.push(after)
          const body = new ReadableStream<Uint8Array>({
            start(controller) {
              send = (some) => controller.enqueue(toBytes(some))
              init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')))
              if (open === 'follow' || after !== null) send(tape.slice(Number(after ?? -1) + 1).slice(0, 2))
            },
          })
          return new Response(body)
        }) satisfies typeof fetch,
        sleep: (ms: number, signal: AbortSignal) =>
          new Promise<void>((resolve) => {
            waits.push({ ms, wake: resolve })
            signal.addEventListener('abort', () => resolve())
          }),
        whenTab: (is: 'hidden' | 'shown', signal: AbortSignal) =>
          new Promise<void>((resolve) => {
            const look = () => isHidden === (is === 'hidden') && resolve()
            lookers.push(look)
            signal.addEventListener('abort', () => resolve())
            look()
          }),
        onEvent: (event: RaceEvent) => void events.push(event),
        onClock: () => {},
        onRewind: () => {},
        onStatus: ({ state }: FeedStatus) => {
          states.push(state)
          if (state === awaited?.state) awaited.resolve()
        },
      }
      const feed = open === 'post' ? startRace(request, options) : followRace('r1', options)
      return {
        feed,
        afters,
        events,
        states,
        send: (some: readonly RaceEvent[]) => send(some),
        reach: (state: string) =>
          new Promise<void>((resolve) => {
            awaited = { state, resolve }
          }),
        hide(is: boolean) {
          isHidden = is
          for (const look of lookers.splice(0)) look()
        },
        wake: (ms: number) => waits.findLast((wait) => wait.ms === ms)?.wake(),
      }
    }

    test('leaves its connection to others, and has the rest when it is looked at', async () => {
      const tab = setUp('follow')
      await tab.reach('open')
      tab.hide(true)
      await settle()
      const rest = tab.reach('resting')
      tab.wake(3000)
      await rest
      expect(tab.events).toEqual(tape.slice(0, 2))
      const back = tab.reach('open')
      tab.hide(false)
      await back
      await settle()
      expect(tab.afters).toEqual([null, '1'])
      expect(tab.events).toEqual(tape.slice(0, 4))
      expect(tab.states).toEqual(['asking', 'open', 'resting', 'open'])
      tab.feed.close()
    })

    test('looks in now and then, so that its title tells the end', async () => {
      const tab = setUp('follow')
      tab.hide(true)
      await settle()
      const rest = tab.reach('resting')
      tab.wake(3000)
      await rest
      const back = tab.reach('open')
      tab.wake(30_000)
      await back
      const end = tab.reach('ended')
      tab.send(tape.slice(4))
      await end
      expect(tab.events).toEqual(tape)
    })

    test('keeps it when it is only left for a moment', async () => {
      const tab = setUp('follow')
      await tab.reach('open')
      tab.hide(true)
      await settle()
      tab.hide(false)
      await settle()
      tab.wake(3000)
      await settle()
      expect(tab.states).toEqual(['asking', 'open'])
      tab.feed.close()
    })

    test('waits for the id of the race that it starts', async () => {
      const tab = setUp('post')
      tab.hide(true)
      await tab.reach('open')
      tab.wake(3000)
      await settle()
      expect(tab.states).toEqual(['asking', 'open'])
      tab.send(tape.slice(0, 1))
      await settle()
      const rest = tab.reach('resting')
      tab.wake(3000)
      await rest
      tab.feed.close()
    })
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
      onEvent: (event) => seen.push(event),
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

/** Lets every pending promise of the feed run. */
function settle() {
  return new Promise((resolve) => setTimeout(resolve))
}
