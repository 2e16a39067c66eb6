import type { RaceEvent } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { request, tape, toBytes } from '../testing/feed.ts'
import { type FeedStatus, followRace, startRace } from './feed.ts'

describe('a feed of a tab that nobody looks at', () => {
  /** A tab that tests hide and show, waits that tests end, and a server that sends two events and stays connected. */
  function setUp(open: 'post' | 'follow', isAnswered = true) {
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
        if (!isAnswered) {
          return new Promise((_, reject) =>
            init?.signal?.addEventListener('abort', () => reject(new Error())),
          )
        }
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
      onEvents: (more: readonly RaceEvent[]) => void events.push(...more),
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

  test('leaves its connection to others, and gets the rest when it is looked at', async () => {
    const tab = setUp('follow')
    await tab.reach('open')
    tab.hide(true)
    await settle()
    const rest = tab.reach('resting')
    tab.wake(3000)
    await rest
    expect(tab.events).toEqual(tape.slice(0, 2))
    await settle()
    expect(tab.afters).toEqual([null])
    const back = tab.reach('open')
    tab.hide(false)
    await back
    await settle()
    expect(tab.afters).toEqual([null, '1'])
    expect(tab.events).toEqual(tape.slice(0, 4))
    expect(tab.states).toEqual(['asking', 'open', 'resting', 'open'])
    tab.feed.close()
  })

  test('does not wait for an answer either: other tabs can hold all connections', async () => {
    const tab = setUp('follow', false)
    tab.hide(true)
    await settle()
    const rest = tab.reach('resting')
    tab.wake(3000)
    await rest
    expect(tab.states).toEqual(['asking', 'resting'])
    tab.feed.close()
  })

  test('reconnects now and then, so that its title tells the end', async () => {
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

  test('keeps its connection when it is hidden only for a moment', async () => {
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

  test('keeps its connection until it has the id of the race that it started', async () => {
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

/** Lets every pending promise of the feed run. */
function settle() {
  return new Promise((resolve) => setTimeout(resolve))
}
