/**
 * The clock's error, through all three programs: calibration, sentinel, cold start, and tapes compared with the
 * simulator's ledger.
 */
import {
  type Calibration,
  errorBoundMs,
  type GroundTruth,
  type Health,
  type Leaderboard,
  laneStatus,
  type RaceDetail,
  type RaceState,
  raceVerdict,
  SimulatorLedger,
  toCrossingErrors,
  toLaneErrors,
  toSpread,
  toTimeSlip,
} from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../apps/api/src/testing/eventually.ts'
import { collect, events, postRace, race } from '../apps/api/src/testing/race-client.ts'
import { type House, startHouse } from './support/programs.ts'

let house: House
beforeAll(async () => {
  // The same simulator, called as if it were another provider.
  const params = { baseUrl: '$SIMULATOR_URL/v1', model: 'steady?ttft=20&tps=200&tokens=60' }
  const models = [{ name: 'by-another-road', provider: 'custom', params }]
  house = await startHouse({ models, env: { CLOCK_CALIBRATION: 'on' } })
})
afterAll(() => house?.stop())

const get = async <Body>(path: string): Promise<Body> =>
  (await fetch(house.app.url + path)).json() as Promise<Body>
const post = (path: string) =>
  fetch(house.app.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
const calibrated = () =>
  eventually(async () => {
    const health = await get<Health>('/api/health')
    expect(health.calibration).not.toBeNull()
    return health
  })
const two = {
  prompt: 'Prove that there are infinitely many primes.',
  lanes: [lane('sim-quick'), lane('sim-slow')],
}

function lane(model: string) {
  return { model }
}

describe('calibration', () => {
  test('happens by itself after the start, by the way that every lane takes', async () => {
    const { marginMs, calibration } = await calibrated()
    expect(calibration).toMatchObject({ through: 'gateway', model: 'sim-sentinel', marginMs })
    expect(marginMs).toBeGreaterThan(0)
    // Each error is a time that was added to the simulator's own, so none can be below zero.
    for (const spread of [calibration!.ttft, calibration!.token, calibration!.total]) {
      expect(spread.count).toBeGreaterThan(0)
      expect(spread.p50!).toBeGreaterThan(0)
    }
  })

  test('gives a race its margin, and lanes within it share a place', async () => {
    const { calibration } = await calibrated()
    const state = await race(house.app.url, {
      prompt: 'p',
      lanes: Array.from({ length: 8 }, () => lane('sim-quick')),
    })
    const { marginMs, clock, standings } = state.end!
    const errorMs = errorBoundMs(state.end!)!
    expect(clock).toMatchObject({ calibratedAt: calibration!.measuredAt, lagMs: expect.any(Number) })
    expect(clock!.disturbed).toBe(clock!.lagMs! > marginMs!)
    for (const { value, place } of standings) {
      const leader = standings.find((other) => other.place === place)!
      expect(value! - leader.value!).toBeLessThanOrEqual(errorMs)
      const ahead = standings.findLast((other) => other.place! < place!)
      const leaderAhead = standings.find((other) => other.place === ahead?.place)
      if (leaderAhead) expect(value! - leaderAhead.value!).toBeGreaterThan(errorMs)
    }
    const detail = await get<RaceDetail>(`/api/races/${state.raceId}`)
    expect(detail).toMatchObject({ marginMs, clock, coldStart: false })
  })

  test('can be asked for, and is refused while a race runs', async () => {
    const before = (await calibrated()).calibration!
    const { measuredAt } = (await (await post('/api/calibrate')).json()) as Calibration
    expect(Date.parse(measuredAt)).toBeGreaterThan(Date.parse(before.measuredAt))
    expect((await get<Health>('/api/health')).calibration?.measuredAt).toBe(measuredAt)

    let refused: Response | null = null
    for await (const event of events(await postRace(house.app.url, two))) {
      if (event.type === 'lane-start' && !refused) refused = await post('/api/calibrate')
    }
    expect(refused?.status).toBe(409)
    expect(await refused?.json()).toMatchObject({ error: { code: 'races_running' } })
  })

  test('outlives the app: the next start has a margin before it has measured', async () => {
    const { calibration } = await calibrated()
    await house.app.stop()
    await house.restartApp()
    const health = await get<Health>('/api/health')
    expect(Date.parse(health.calibration!.measuredAt)).toBeGreaterThanOrEqual(
      Date.parse(calibration!.measuredAt),
    )
  })
})

describe('ground truth', () => {
  test('no token is stamped before it was written, no lane leaves before the light, splits come in order', async () => {
    const state = await race(house.app.url, two)
    for (const one of state.lanes) {
      const errors = await errorsOf(state, one.lane)
      expect(errors.requestMs).toBeGreaterThan(-0.02)
      expect(errors.tokensMs).toHaveLength(60)
      expect(Math.min(...errors.tokensMs)).toBeGreaterThan(-0.02)
      expect(errors.ttftMs).toBeCloseTo(toCrossingErrors(errors)[0]!)
      const { dispatchMs, ...splits } = toTimeSlip(one).splits
      expect(dispatchMs).toBeGreaterThanOrEqual(0)
      expect(splits).toMatchObject({ headersMs: expect.any(Number), firstReasoningMs: null })
      const inOrder = Object.values(splits).filter((ms) => ms !== null)
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
    }
  })
})

test('a finished race is compared with the ledger, whatever way its lanes took to the simulator', async () => {
  const state = await race(house.app.url, {
    prompt: 'p',
    lanes: [lane('sim-quick'), lane('by-another-road')],
  })
  expect(state.lanes.map(({ simulated }) => simulated)).toEqual([true, true])
  const { lanes } = await get<GroundTruth>(`/api/races/${state.raceId}/ground-truth`)
  for (const { lane, errors, missing } of lanes) {
    const { ttftMs, tokensMs, totalMs } = await errorsOf(state, lane)
    expect({ errors, missing }).toEqual({
      errors: { ttftMs, tokens: toSpread(tokensMs), totalMs },
      missing: null,
    })
  }
})

test('on the tape of many lanes time never goes back', async () => {
  const lanes = Array.from({ length: 12 }, () => lane('sim-quick'))
  const tape = await collect(await postRace(house.app.url, { prompt: 'p', lanes }))
  const times = tape.map(({ at }) => at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

describe('a sentinel lane', () => {
  test('runs along, reports its errors, and is in no place and no statistic', async () => {
    await calibrated()
    const state = await race(house.app.url, { ...two, sentinel: true })
    expect(state.lanes[2]).toMatchObject({ sentinel: true, simulated: true, model: 'sim-sentinel' })
    expect(laneStatus(state.lanes[2]!)).toBe('stopped')
    expect(state.end!.standings.map((standing) => standing.lane).toSorted()).toEqual([0, 1])
    expect(raceVerdict(state)).toMatchObject({ kind: 'win', lane: 0 })
    expect(state.end).toMatchObject({
      reason: 'finished',
      clock: { sentinel: { tokens: state.lanes[2]!.chunks, ttftErrorMs: expect.any(Number) } },
    })
    const detail = await get<RaceDetail>(`/api/races/${state.raceId}`)
    expect(detail.lanes.filter(({ sentinel }) => sentinel).map((one) => one.lane)).toEqual([2])
    const { rows } = await get<Leaderboard>('/api/leaderboard')
    expect(rows.map(({ model }) => model)).not.toContain('sim-sentinel')
  })

  test('needs a lane of its own', async () => {
    const lanes = Array.from({ length: 16 }, () => lane('sim-quick'))
    const response = await postRace(house.app.url, { prompt: 'p', lanes, sentinel: true })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { details: [{ path: 'sentinel' }] } })
  })
})

test('a cold start opens its connections after the light, says so, and stays out of the leaderboard', async () => {
  const warm = await race(house.app.url, two)
  expect(warm.lanes.map(({ start }) => start)).toEqual(['prepared', 'prepared'])
  const cold = await race(house.app.url, { ...two, coldStart: true })
  expect(cold.lanes.map(({ start }) => start)).toEqual(['cold', 'cold'])
  expect(await get<RaceDetail>(`/api/races/${cold.raceId}`)).toMatchObject({ coldStart: true })
  const { leftOut } = await get<Leaderboard>('/api/leaderboard')
  expect(leftOut.find(({ why }) => why.startsWith('cold start'))).toMatchObject({ races: 1 })
})

test('without a simulator nothing can be calibrated, and the answer says what to do', async () => {
  await house.simulator.stop()
  const refused = await post('/api/calibrate')
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ error: { code: 'no_simulator' } })
})

test('without the gateway the clock is not calibrated: its margin would not be that of a race', async () => {
  await house.gateway.stop()
  const refused = await eventually(async () => {
    const response = await post('/api/calibrate')
    const body = (await response.json()) as { error: { code: string } }
    // The list of models that was read while the gateway ran is used for two seconds.
    expect(body.error.code).not.toBe('no_simulator')
    return { status: response.status, code: body.error.code }
  })
  expect(refused).toEqual({ status: 503, code: 'gateway_unreachable' })
})

async function errorsOf(state: RaceState, index: number) {
  const one = state.lanes[index]!
  const id = one.outcome?.kind === 'done' ? one.outcome.event.completionId : ''
  const ledger = SimulatorLedger.parse(await (await fetch(`${house.simulator.url}/ledger/${id}`)).json())
  const errors = toLaneErrors(one, BigInt(state.end!.clock!.greenLightNs!), ledger)
  if (!errors) throw new Error('tape and ledger do not fit')
  return errors
}
