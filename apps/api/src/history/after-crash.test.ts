import {
  emptyRace,
  type GroundTruth,
  type RaceEvent,
  RaceRequest,
  reduceRace,
  toTimeSlip,
} from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { collect, detail, eventsOf, fold } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import { useHistory } from '../testing/use-history.ts'
import { openDatabase } from './index.ts'
import { createRaceStore } from './store.ts'

const at = useHistory()
const { raced } = at

describe('after a crash', () => {
  test('nobody wins: lanes that had finished are placed by the margin in force when the race began', async () => {
    const request = RaceRequest.parse({
      prompt: 'p',
      lanes: [{ model: 'q1' }, { model: 'q2' }, { model: 's' }],
    })
    const lanes = request.lanes.map(({ model, stream }, lane) => ({
      ...{ lane, model, stream, provider: null, simulated: true },
    }))
    const usage = {
      ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null },
      source: 'usage',
    }
    const done = { type: 'done', finishReason: 'stop', usage, costUsd: null, gateway: null }
    const startedAt = new Date(0)
    const tape = [
      { type: 'race-start', at: 0, raceId: 'crashed', startedAt: startedAt.toISOString(), request, lanes },
      ...lanes.map(({ lane }) => ({ type: 'lane-start', at: 0, lane })),
      ...lanes.map(({ lane }) => ({ type: 'token', at: 5, lane, content: 'a', kind: 'answer' })),
      { ...done, at: 100, lane: 0, totalMs: 100 },
      { ...done, at: 104.1, lane: 1, totalMs: 104.1 },
    ].map((event, seq) => ({ seq, ...event }) as RaceEvent)
    const crashed = await openDatabase(':memory:')
    const store = createRaceStore(crashed)
    const race = { id: 'crashed', startedAt, request, lanes, category: null, marginMs: 10.45 }
    await store.insert(race, reduceRace(emptyRace, tape[0]!), JSON.stringify(tape[0]))
    const rest = tape.slice(1).map((event) => JSON.stringify(event))
    await store.appendPart('crashed', { fromSeq: 1, toSeq: tape.length - 1, lines: rest.join('\n') })

    const again = await startApp({ gatewayUrl: at.gateway.url, db: crashed })
    const found = await detail(again.url, 'crashed')
    expect(found).toMatchObject({
      status: 'interrupted',
      marginMs: 10.45,
      verdict: { kind: 'no-contest', why: 'interrupted' },
    })
    expect(found.lanes.map(({ place, deadHeat }) => [place, deadHeat])).toEqual([
      [1, true],
      [1, true],
      [null, false],
    ])
    const truth = await (await fetch(`${again.url}/api/races/crashed/ground-truth`)).json()
    const codes = (truth as GroundTruth).lanes.map(({ missing }) => missing?.code)
    expect(codes).toEqual(['no_green_light', 'no_green_light', 'no_green_light'])
    await again.close()
    await crashed.destroy()
  })

  test('a race that ran is interrupted, with what had arrived, and every fold agrees', async () => {
    const tape = [
      { type: 'race-start', at: 0, raceId: 'crashed', startedAt: new Date(0).toISOString() },
      { type: 'lane-start', at: 0.1, lane: 0 },
      { type: 'lane-start', at: 0.1, lane: 1 },
      { type: 'ttft', at: 5, lane: 0, ms: 4.9 },
      { type: 'token', at: 5, lane: 0, content: 'half an ans', kind: 'answer', tokens: 3 },
      { type: 'error', at: 6, lane: 1, message: 'no', code: 'overloaded', status: 529, retryAfterMs: null },
    ]
    const request = RaceRequest.parse({ prompt: 'p', lanes: [{ model: 'a' }, { model: 'b' }] })
    const lanes = request.lanes.map(({ model, stream }, lane) => ({
      lane,
      model,
      stream,
      provider: null,
      simulated: false,
    }))
    Object.assign(tape[0]!, { request, lanes })
    const numbered = tape.map((event, seq) => ({ seq, ...event }) as RaceEvent)
    const crashed = await openDatabase(':memory:')
    const store = createRaceStore(crashed)
    const line = (event: RaceEvent) => JSON.stringify(event)
    const first = { id: 'crashed', startedAt: new Date(0), request, lanes, category: null, marginMs: null }
    await store.insert(first, reduceRace(emptyRace, numbered[0]!), line(numbered[0]!))
    await store.appendPart('crashed', {
      fromSeq: 1,
      toSeq: 3,
      lines: numbered.slice(1, 4).map(line).join('\n'),
    })
    await store.appendPart('crashed', { fromSeq: 4, toSeq: 5, lines: numbered.slice(4).map(line).join('\n') })

    const again = await startApp({ gatewayUrl: at.gateway.url, db: crashed })
    const kept = await collect(await eventsOf(again.url, 'crashed'))
    expect(kept.slice(0, 6)).toEqual(numbered)
    expect(kept.slice(6)).toMatchObject([
      { type: 'error', lane: 0, code: 'interrupted', at: 6 },
      { type: 'race-end', reason: 'interrupted', marginMs: null },
    ])
    const state = fold(kept)
    const found = await detail(again.url, 'crashed')
    expect(found).toMatchObject({ status: 'interrupted', verdict: { kind: 'no-contest' } })
    expect(found.lanes.map(({ outcome, errorCode }) => [outcome, errorCode])).toEqual([
      ['failed', 'interrupted'],
      ['failed', 'overloaded'],
    ])
    for (const { lane, slip } of found.lanes) expect(slip).toEqual(toTimeSlip(state.lanes[lane]!, state.at))
    const { answer } = await crashed
      .selectFrom('lanes')
      .select('answer')
      .where('lane', '=', 0)
      .executeTakeFirstOrThrow()
    expect(answer).toBe('half an ans')
    await again.close()

    // A second start changes nothing more.
    const third = await startApp({ gatewayUrl: at.gateway.url, db: crashed })
    expect(await collect(await eventsOf(third.url, 'crashed'))).toEqual(kept)
    await third.close()
    await crashed.destroy()
  })

  test.each([
    ['whose tape cannot be read', () => at.db.updateTable('tape_parts').set({ lines: '{"seq":0,"ty' })],
    ['whose tape has lost its beginning', () => at.db.deleteFrom('tape_parts').where('from_seq', '=', 0)],
  ])('a race %s is interrupted too', async (_what, damage) => {
    const { raceId } = await raced({ lanes: [{ model: 'says' }, { model: 'says' }] })
    await at.db.updateTable('races').set({ status: 'running', verdict_json: null }).execute()
    await at.db.updateTable('lanes').set({ outcome: 'running', place: null }).where('lane', '=', 1).execute()
    await damage().execute()
    await at.app.close()
    at.app = await startApp({ gatewayUrl: at.gateway.url, db: at.db })
    expect(await detail(at.app.url, raceId)).toMatchObject({
      status: 'interrupted',
      verdict: { kind: 'no-contest', why: 'interrupted' },
      lanes: [
        { outcome: 'done', errorCode: null },
        { outcome: 'failed', errorCode: 'interrupted' },
      ],
    })
  })

  test('a race whose row says that it runs, but which does not, can be deleted', async () => {
    const { raceId } = await raced()
    await at.db.updateTable('races').set({ status: 'running' }).execute()
    expect((await fetch(`${at.app.url}/api/races/${raceId}`, { method: 'DELETE' })).status).toBe(204)
  })
})
