import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RaceEvent } from '@drag-race/contracts'
import { afterEach, expect, test, vi } from 'vitest'
import { tape, toBytes } from '../testing/feed.ts'
import { fetchTape } from './early-tape.ts'
import { followRace } from './feed.ts'
import { acceptTape } from './tape-lines.ts'

const script = readFileSync(join(import.meta.dirname, '../../public/early-tape.js'), 'utf8')

/** What the head of the page does at an address. Returns the requests that are sent from then on. */
function openPage(pathname: string, answer: () => Response) {
  const sent: { path: string; accept: string | null; signal: AbortSignal }[] = []
  vi.stubGlobal('location', { pathname })
  vi.stubGlobal('fetch', async (path: string, { headers, signal }: RequestInit) => {
    sent.push({ path, accept: new Headers(headers).get('accept'), signal: signal! })
    return answer()
  })
  new Function(script)()
  return sent
}

function follow(raceId: string) {
  const events: RaceEvent[] = []
  const never = () => new Promise<void>(() => {})
  let close = () => {}
  const ended = new Promise<RaceEvent[]>((resolve) => {
    const feed = followRace(raceId, {
      fetchIt: fetchTape,
      sleep: never,
      whenTab: never,
      onEvents: (more) => void events.push(...more),
      onRewind: () => {},
      onClock: () => {},
      onStatus: ({ state }) => void (state === 'ended' && resolve(events)),
    })
    close = feed.close
  })
  return { ended, close }
}

const whole = () => new Response(toBytes(tape), { headers: { 'content-type': 'text/event-stream' } })

afterEach(() => {
  vi.unstubAllGlobals()
  globalThis.earlyTape = undefined
})

test.each(['/race/r1', '/race/r1/replay'])(
  'at %s the tape is asked for once, before the code',
  async (at) => {
    const sent = openPage(at, whole)
    const early = { path: '/api/races/r1/events', accept: acceptTape }
    expect(sent).toMatchObject([early])
    expect(await follow('r1').ended).toEqual(tape)
    expect(sent).toHaveLength(1)
    expect(await follow('r1').ended).toEqual(tape)
    expect(sent).toMatchObject([early, early])
  },
)

test('another race than that in the address is asked for', async () => {
  const sent = openPage('/race/r1', whole)
  await follow('r2').ended
  expect(sent.map(({ path }) => path)).toEqual(['/api/races/r1/events', '/api/races/r2/events'])
})

test('leaving the page ends the early request', async () => {
  const sent = openPage('/race/r1', () => new Response(new ReadableStream()))
  const { close } = follow('r1')
  expect(sent[0]!.signal.aborted).toBe(false)
  close()
  expect(sent[0]!.signal.aborted).toBe(true)
})

test.each(['/', '/history', '/race/r1/else', '/race/%zz'])('at %s nothing is asked for', (at) => {
  expect(openPage(at, whole)).toEqual([])
})
