/** How wide a tie is in a race whose sockets were read late. */
import type { Calibration, EventOf, Spread } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { keep } from '../clock/calibration-store.ts'
import { openDatabase } from '../history/index.ts'
import { heldLanes } from '../testing/held-lanes.ts'
import { events, postRace, rest } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import type { LaneEvent } from './lanes/messages.ts'

/** The standings of two lanes that end `gapMs` apart, with a margin of 2 ms. */
async function standingsOf({ gapMs, lagMs }: { gapMs: number; lagMs: number }) {
  const db = await openDatabase(':memory:')
  await keep(db, calibration)
  const { ordered, laneThread } = heldLanes()
  const app = await startApp({ gatewayUrl: 'http://127.0.0.1:1', db, laneThread })
  const told = postRace(app.url, { prompt: 'p', lanes: [{ model: 'a' }, { model: 'b' }] })
  const listener = await ordered.promise
  listener.onGreenLight(process.hrtime.bigint())
  listener.onEvents([...answer(0, 100), ...answer(1, 100 + gapMs)])
  listener.onOver({ p99Ms: lagMs, maxMs: lagMs })
  const end = (await rest(events(await told))).at(-1) as EventOf<'race-end'>
  await app.close()
  await db.destroy()
  return end.standings.map(({ lane, place, deadHeat }) => ({ lane, place, deadHeat }))
}

describe('two lanes, with a margin of 2 ms', () => {
  test.each([
    { gapMs: 2, lagMs: 1, places: [1, 1] },
    { gapMs: 6, lagMs: 1, places: [1, 2] },
    { gapMs: 6, lagMs: 4, places: [1, 1] },
    { gapMs: 6.01, lagMs: 4, places: [1, 2] },
  ])(
    'that end $gapMs ms apart, read up to $lagMs ms late, have places $places',
    async ({ places, ...race }) => {
      const deadHeat = places[1] === 1
      expect(await standingsOf(race)).toEqual(places.map((place, lane) => ({ lane, place, deadHeat })))
    },
  )
})

function answer(lane: number, totalMs: number): LaneEvent[] {
  return [
    { type: 'lane-start', at: 0, lane },
    { type: 'token', at: 50, lane, content: 'x', kind: 'answer' },
    {
      type: 'done',
      at: totalMs,
      lane,
      totalMs,
      finishReason: 'stop',
      usage: { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null, source: 'usage' },
      costUsd: null,
      gateway: null,
    },
  ]
}

const spread: Spread = { count: 40, p50: 1, p90: 2, p99: 2, max: 2 }

const calibration: Calibration = {
  marginMs: 2,
  lanes: 40,
  ttft: spread,
  token: spread,
  total: spread,
  difference: spread,
  measuredAt: '2026-01-01T00:00:00.000Z',
  through: 'gateway',
  model: 'sim-sentinel',
  lagMs: 1,
}
