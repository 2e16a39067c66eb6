/** Races through all three programs: tape, resume, stop, faults, and a killed app. */
import {
  type Health,
  type Leaderboard,
  laneStatus,
  type Prompt,
  type RaceDetail,
  type RaceEvent,
  type RacePage,
  raceVerdict,
  SimulatorLedger,
  toTimeSlip,
} from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../apps/api/src/testing/eventually.ts'
import { collect, events, fold, postRace, race } from '../apps/api/src/testing/race-client.ts'
import { type House, startHouse } from './support/programs.ts'

let house: House
beforeAll(async () => {
  house = await startHouse()
})
afterAll(() => house?.stop())

const get = async <Body>(path: string): Promise<Body> =>
  (await fetch(house.app.url + path)).json() as Promise<Body>
const two = {
  prompt: 'Prove that there are infinitely many primes.',
  lanes: [{ model: 'sim-quick' }, { model: 'sim-slow' }],
}

describe('a race', () => {
  test('goes from the prompt to standings, with the figures of every lane', async () => {
    const state = await race(house.app.url, two)
    expect(state.end).toMatchObject({ reason: 'finished', marginMs: expect.any(Number) })
    expect(raceVerdict(state)).toMatchObject({ kind: 'win', lane: 0 })
    for (const lane of state.lanes) {
      const slip = toTimeSlip(lane)
      expect(slip.outputTokens).toBe(60)
      expect(slip.isEstimated).toBe(false)
      expect(slip.ttftMs!).toBeLessThan(slip.totalMs!)
      expect(slip.decodeTokensPerSecond!).toBeGreaterThan(0)
      expect(lane.simulated).toBe(true)
      if (lane.outcome?.kind !== 'done') throw new Error('not done')
      const { gateway } = lane.outcome.event
      expect(gateway).toMatchObject({ provider: 'simulator', attempts: [{ outcome: 'ok', status: 200 }] })
      // The gateway is on the lane's way, so its time cannot be longer than the lane's.
      expect(gateway!.ttftMs!).toBeLessThanOrEqual(slip.ttftMs! + 1)
    }
  })

  test('has the tokens that the simulator wrote, none stamped before it was written', async () => {
    const response = await postRace(house.app.url, { prompt: 'p', lanes: [{ model: 'sim-quick' }] })
    const tape = await collect(response)
    const done = tape.find((event) => event.type === 'done')
    const ledger = SimulatorLedger.parse(
      await (
        await fetch(`${house.simulator.url}/ledger/${done?.type === 'done' ? done.completionId : ''}`)
      ).json(),
    )
    expect(ledger.chunks.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(60)
    const startedAt = tape.find((event) => event.type === 'lane-start')!.at
    const stampedAfterMs = tape.filter((event) => event.type === 'token').map(({ at }) => at - startedAt)
    const writtenAfterMs = ledger.chunks.map(
      ({ writtenAtNs }) => Number(BigInt(writtenAtNs) - BigInt(ledger.acceptedAtNs)) / 1e6,
    )
    expect(stampedAfterMs.length).toBeLessThanOrEqual(writtenAfterMs.length)
    // A request leaves before it is accepted, and a token arrives after it was written. Stamps are rounded to 0.01 ms.
    expect(stampedAfterMs[0]!).toBeGreaterThanOrEqual(writtenAfterMs[0]! - 0.02)
    expect(stampedAfterMs.at(-1)!).toBeGreaterThanOrEqual(writtenAfterMs.at(-1)! - 0.02)
  })

  test('shows a lane that does not stream as one wall of text without a TTFT', async () => {
    const state = await race(house.app.url, {
      prompt: 'p',
      lanes: [{ model: 'sim-quick', stream: false }, { model: 'sim-quick' }],
    })
    const [wall, stream] = state.lanes
    expect(wall).toMatchObject({ chunks: 1, ttftMs: null })
    expect(stream!.chunks).toBeGreaterThan(10)
    expect(wall!.answer).toBe(stream!.answer)
  })

  test.each([['first-token'], [{ tokens: 30 }]])('is won by the line that was chosen: %j', async (finish) => {
    const state = await race(house.app.url, { ...two, finish: finish as 'first-token' })
    expect(raceVerdict(state)).toMatchObject({ kind: 'win', lane: 0 })
    expect(state.end!.standings[0]!.value!).toBeLessThan(toTimeSlip(state.lanes[0]!).totalMs!)
  })

  test('runs sixteen lanes, the same model twice included', async () => {
    const lanes = Array.from({ length: 16 }, () => ({ model: 'sim-quick' }))
    const state = await race(house.app.url, { prompt: 'p', lanes })
    expect(state.lanes.map(laneStatus)).toEqual(lanes.map(() => 'done'))
  })
})

describe('a viewer', () => {
  test('that comes back after any event gets the rest of the very same tape', async () => {
    const tape = await collect(await postRace(house.app.url, two))
    const start = tape[0]!
    if (start.type !== 'race-start') throw new Error('no start')
    const ask = (after: number) =>
      fetch(`${house.app.url}/api/races/${start.raceId}/events`, {
        headers: { 'last-event-id': String(after) },
      })
    for (const after of [0, 1, 17, tape.length - 2])
      expect(await collect(await ask(after))).toEqual(tape.slice(after + 1))
    expect((await ask(tape.length - 1)).status).toBe(204)
  })

  test('that leaves does not end the race', async () => {
    const leaving = new AbortController()
    const response = await postRace(house.app.url, two, { signal: leaving.signal })
    let raceId = ''
    for await (const event of events(response)) {
      if (event.type === 'race-start') raceId = event.raceId
      if (event.type === 'token') break
    }
    leaving.abort()
    const rest = await collect(await fetch(`${house.app.url}/api/races/${raceId}/events`))
    expect(fold(rest).end?.reason).toBe('finished')
  })

  test('that comes late sees the same as the first one', async () => {
    const response = await postRace(house.app.url, two)
    const first: RaceEvent[] = []
    let late: Promise<RaceEvent[]> | null = null
    for await (const event of events(response)) {
      first.push(event)
      if (event.type === 'race-start') {
        late = fetch(`${house.app.url}/api/races/${event.raceId}/events`).then(collect)
      }
    }
    expect(await late).toEqual(first)
  })
})

describe('stop', () => {
  test('ends one lane and leaves the other running', async () => {
    const response = await postRace(house.app.url, {
      prompt: 'p',
      lanes: [{ model: 'sim-long' }, { model: 'sim-slow' }],
    })
    const state = fold(await stopAt(response, { lane: 0 }))
    expect(state.lanes.map(laneStatus)).toEqual(['stopped', 'done'])
    expect(state.end?.reason).toBe('finished')
  })

  test('ends the race and its calls', async () => {
    const response = await postRace(house.app.url, {
      prompt: 'p',
      lanes: [{ model: 'sim-long' }, { model: 'sim-silent' }],
    })
    const state = fold(await stopAt(response, {}))
    expect(state.lanes.map(laneStatus)).toEqual(['stopped', 'stopped'])
    expect(state.end?.reason).toBe('stopped')
    await eventually(async () => {
      const metrics = await (await fetch(house.gatewayMetricsUrl)).text()
      expect(/^gateway_in_flight_requests(\{.*\})? 0$/m.test(metrics)).toBe(true)
    })
  })
})

describe('a fault on one lane', () => {
  test.each([
    ['sim-429', { status: 429, retryAfterMs: 2000 }],
    ['sim-401', { status: 401 }],
    ['sim-500', { status: 500 }],
    ['sim-cut', { code: 'stream_cut' }],
  ])('%s is a sentence there, and the other lane goes on', async (model, expected) => {
    const state = await race(house.app.url, { prompt: 'p', lanes: [{ model }, { model: 'sim-quick' }] })
    const outcome = state.lanes[0]!.outcome
    expect(outcome).toMatchObject({ kind: 'failed', event: expected })
    expect(outcome!.kind === 'failed' && outcome!.event.message.length).toBeGreaterThan(15)
    expect(laneStatus(state.lanes[1]!)).toBe('done')
    expect(raceVerdict(state)).toMatchObject({ kind: 'win', lane: 1, by: null })
  })

  test('a cut stream keeps what had arrived', async () => {
    const state = await race(house.app.url, { prompt: 'p', lanes: [{ model: 'sim-cut' }] })
    expect(state.lanes[0]!.answer.length).toBeGreaterThan(20)
  })
})

describe('bad input', () => {
  test.each([
    ['an empty prompt', { prompt: '', lanes: [{ model: 'sim-quick' }] }, 400, 'prompt'],
    ['no lane', { prompt: 'p', lanes: [] }, 400, 'lanes'],
    ['seventeen lanes', { prompt: 'p', lanes: Array(17).fill({ model: 'sim-quick' }) }, 400, 'lanes'],
    ['a wrong type', { prompt: 7, lanes: [{ model: 'sim-quick' }] }, 400, 'prompt'],
    ['an unknown model', { prompt: 'p', lanes: [{ model: 'sim-quik' }] }, 400, 'lanes.0.model'],
  ])('%s is refused before anything is sent, naming the field', async (_name, body, status, path) => {
    const response = await postRace(house.app.url, body)
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as { error: { details: { path: string }[] } }
    expect(error.details.map((detail) => detail.path.replaceAll(/\[(\d+)\]/g, '.$1'))).toContain(path)
  })

  test('a body over one megabyte, broken JSON, a race that does not exist', async () => {
    expect((await postRace(house.app.url, { prompt: 'x'.repeat(1_100_000), lanes: [] })).status).toBe(413)
    expect((await postRace(house.app.url, null, { body: '{"prompt": ' })).status).toBe(400)
    expect((await fetch(`${house.app.url}/api/races/none`)).status).toBe(404)
    expect((await fetch(`${house.app.url}/api/races/none/events`)).status).toBe(404)
  })

  test('a page of another site cannot start a race', async () => {
    const headers = { 'content-type': 'application/json', origin: 'http://elsewhere.example' }
    expect((await postRace(house.app.url, two, { headers })).status).toBe(403)
  })
})

describe('what is kept', () => {
  test('the history has the race, its filters find it, and deleting takes it away', async () => {
    const response = await fetch(`${house.app.url}/api/prompts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Zebra', category: 'maths', text: 'a prompt with a Zebra in it' }),
    })
    const { id: promptId } = (await response.json()) as Prompt
    const state = await race(house.app.url, { ...two, prompt: undefined, promptId })
    const detail = await get<RaceDetail>(`/api/races/${state.raceId}`)
    expect(detail).toMatchObject({ status: 'finished', category: 'maths', verdict: { kind: 'win', lane: 0 } })
    expect(detail.lanes[0]!.slip).toEqual(toTimeSlip(state.lanes[0]!))
    for (const filter of ['text=zebra', 'category=maths', 'model=sim-slow', 'status=finished']) {
      const { races } = await get<RacePage>(`/api/races?${filter}`)
      expect(races.map(({ id }) => id)).toContain(state.raceId)
    }
    expect((await fetch(`${house.app.url}/api/races/${state.raceId}`, { method: 'DELETE' })).status).toBe(204)
    expect((await get<RacePage>('/api/races?text=zebra')).races).toEqual([])
  })

  test('the leaderboard ranks by what was raced', async () => {
    const board = await get<Leaderboard>('/api/leaderboard')
    const quick = board.rows.find(({ model }) => model === 'sim-quick')
    const slow = board.rows.find(({ model }) => model === 'sim-slow')
    expect(quick!.wins).toBeGreaterThan(0)
    expect(quick!.winRateLow).toBeGreaterThan(slow!.winRateLow)
    expect(quick!.isPreliminary).toBe(true)
  })
})

test('our own gateway behind GATEWAY_URL is shown as the built-in one, with its address', async () => {
  expect((await get<Health>('/api/health')).gateway).toEqual({
    url: house.gateway.url,
    isBuiltIn: true,
    isReachable: true,
  })
})

test('killing the app in the middle of a race keeps what had arrived, as interrupted', async () => {
  const response = await postRace(house.app.url, { prompt: 'p', lanes: [{ model: 'sim-long' }] })
  const seen: RaceEvent[] = []
  const reading = (async () => {
    for await (const event of events(response)) {
      seen.push(event)
      if (seen.length === 120) await house.app.stop('SIGKILL')
    }
  })()
  await expect(reading).rejects.toThrow()
  await house.restartApp()

  const start = seen[0]!
  if (start.type !== 'race-start') throw new Error('no start')
  const detail = await get<RaceDetail>(`/api/races/${start.raceId}`)
  expect(detail).toMatchObject({
    status: 'interrupted',
    lanes: [{ outcome: 'failed', errorCode: 'interrupted' }],
  })
  const kept = await collect(await fetch(`${house.app.url}/api/races/${start.raceId}/events`))
  expect(kept.at(-1)).toMatchObject({ type: 'race-end', reason: 'interrupted' })
  const tokens = kept.filter((event) => event.type === 'token')
  const seenTokens = seen.filter((event) => event.type === 'token')
  const both = Math.min(tokens.length, seenTokens.length)
  expect(tokens.slice(0, both)).toEqual(seenTokens.slice(0, both))
  // Written every 150 ms; the allowance is for a busy machine.
  expect(seenTokens.at(-1)!.at - tokens.at(-1)!.at).toBeLessThan(1_000)
})

test('with the gateway gone, the lane says so and all else works', async () => {
  await house.gateway.stop()
  const state = await race(house.app.url, { prompt: 'p', lanes: [{ model: 'sim-quick' }] })
  expect(state.lanes[0]!.outcome).toMatchObject({ kind: 'failed', event: { code: 'gateway_unreachable' } })
  const stats = await get<{ problem: string | null }>('/api/gateway-stats')
  expect(stats.problem).toMatch(/gateway/i)
  expect(await get<Health>('/api/health')).toMatchObject({
    status: 'degraded',
    gateway: { isReachable: false },
  })
  expect((await get<RacePage>('/api/races')).races.length).toBeGreaterThan(0)
})

/** Reads a race to its end, and stops it (or one lane) at the first token. */
async function stopAt(response: Response, body: object): Promise<RaceEvent[]> {
  const tape: RaceEvent[] = []
  let isStopped = false
  for await (const event of events(response)) {
    tape.push(event)
    const start = tape[0]!
    if (event.type !== 'token' || isStopped || start.type !== 'race-start') continue
    isStopped = true
    const headers = { 'content-type': 'application/json' }
    const stopped = await fetch(`${house.app.url}/api/races/${start.raceId}/stop`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(stopped.ok).toBe(true)
  }
  return tape
}
