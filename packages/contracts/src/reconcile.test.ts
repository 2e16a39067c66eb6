import { describe, expect, test } from 'vitest'
import {
  emptyRace,
  type GatewayRow,
  type LaneState,
  type RaceEvent,
  reconcileLane,
  reconcileModels,
  reduceRace,
  type Unnumbered,
} from './index.ts'

const marginMs = 2

describe('a lane beside the report of its own call', () => {
  test('times within the margin are not flagged, and are shown all the same', () => {
    const [ttft, duration] = reconcileLane(lane({ ttftMs: 101.5, totalMs: 500 }), marginMs)!
    expect(ttft).toEqual({
      what: 'TTFT',
      unit: 'ms',
      tape: 101.5,
      gateway: 100,
      difference: 1.5,
      isOff: false,
      isEstimated: false,
    })
    expect(duration).toMatchObject({ what: 'duration', tape: 500, gateway: 499, difference: 1, isOff: false })
  })

  test('a lane that is later than clock and network explain is flagged', () => {
    const far = lane({ ttftMs: 130 })
    expect(reconcileLane(far, marginMs)![0]).toMatchObject({ difference: 30, isOff: true })
    expect(reconcileLane(lane({ ttftMs: 130, connectMs: 40 }), marginMs)![0]).toMatchObject({ isOff: false })
  })

  test('a gateway that reports more than the lane took is flagged, whatever the network', () => {
    expect(reconcileLane(lane({ ttftMs: 90, connectMs: 1_000 }), marginMs)![0]).toMatchObject({
      difference: -10,
      isOff: true,
    })
  })

  test('a difference of exactly margin and network is not flagged, and a hundredth more is', () => {
    const isOff = (ttftMs: number, connectMs: number | null) =>
      reconcileLane(lane({ ttftMs, connectMs }), marginMs)![0]!.isOff
    expect([isOff(142, 40), isOff(142.01, 40)]).toEqual([false, true])
    expect([isOff(98, 40), isOff(97.99, 40)]).toEqual([false, true])
    // 0.7 + 0.1 is 0.7999999999999999 in binary.
    expect(reconcileLane(lane({ ttftMs: 100.8, connectMs: 0.1 }), 0.7)![0]!.isOff).toBe(false)
    // A tape that is older than `connectMs`.
    expect([isOff(102, null), isOff(102.01, null)]).toEqual([false, true])
  })

  test('a difference is rounded to two decimals', () => {
    expect(reconcileLane(lane({ ttftMs: 100.07 }), marginMs)![0]!.difference).toBe(0.07)
  })

  test('without a margin nothing is flagged', () => {
    expect(reconcileLane(lane({ ttftMs: 900 }), null)![0]!.isOff).toBe(false)
  })

  test('without a report there is nothing to compare', () => {
    expect(reconcileLane(lane({ hasReport: false }), marginMs)).toBeNull()
    expect(reconcileLane(lane({ hasFailed: true }), marginMs)).toBeNull()
    expect(reconcileLane({ ...lane({}), outcome: null }, marginMs)).toBeNull()
  })

  test('a lane that did not stream has a duration only', () => {
    expect(reconcileLane(lane({ stream: false }), marginMs)!.map(({ what }) => what)).toEqual(['duration'])
  })
})

describe('lanes of a model beside the increments of its histograms', () => {
  test('what the gateway has not measured has no difference, and is not off', () => {
    const [model] = reconcileModels([row({ ttftMs: null })], [lane({})], marginMs)
    expect(model!.comparisons.find(({ what }) => what === 'TTFT')).toMatchObject({
      gateway: null,
      difference: null,
      isOff: false,
    })
  })

  test('while a lane runs its calls are counted, and nothing else is compared', () => {
    const [model] = reconcileModels([row({})], [{ ...lane({}), outcome: null }], marginMs)
    const known = model!.comparisons.filter(({ difference }) => difference !== null)
    expect(known.map(({ what }) => what)).toEqual(['calls'])
  })

  test('a failed lane of a virtual model counts as a call of the provider that was tried last', () => {
    const failed = lane({ hasFailed: true, provider: 'virtual' })
    if (failed.outcome?.kind !== 'failed') throw new Error('not failed')
    const told: LaneState = {
      ...failed,
      outcome: { kind: 'failed', event: { ...failed.outcome.event, gateway: report } },
    }
    const lanes = [lane({ provider: 'virtual' }), told]
    const [model] = reconcileModels([row({ requests: 2 })], lanes, marginMs)
    expect(model!.hasOthers).toBe(false)
  })

  test('two lanes of one model are summed, their times averaged', () => {
    const [model] = reconcileModels(
      [row({ requests: 2, inputTokens: 14, outputTokens: 22, ttftMs: 110, durationMs: 499 })],
      [lane({ ttftMs: 101 }), lane({ ttftMs: 121 })],
      marginMs,
    )
    expect(model!.hasOthers).toBe(false)
    expect(Object.fromEntries(model!.comparisons.map((each) => [each.what, each.difference]))).toEqual({
      calls: 0,
      'tokens in': 0,
      'tokens out': 0,
      TTFT: 1,
      duration: 1,
    })
    expect(model!.comparisons.some(({ isOff }) => isOff)).toBe(false)
  })

  test('one token that only one side counted is flagged', () => {
    const [model] = reconcileModels([row({ outputTokens: 12 })], [lane({})], marginMs)
    expect(model!.comparisons.find(({ what }) => what === 'tokens out')).toMatchObject({
      difference: -1,
      isOff: true,
    })
  })

  test('with calls of others in the same increments nothing is flagged, and that is noted', () => {
    const [model] = reconcileModels(
      [row({ requests: 5, outputTokens: 500, ttftMs: 900 })],
      [lane({})],
      marginMs,
    )
    expect(model!.hasOthers).toBe(true)
    expect(model!.comparisons.some(({ isOff }) => isOff)).toBe(false)
    expect(model!.comparisons.find(({ what }) => what === 'calls')).toMatchObject({ difference: -4 })
  })

  test('tokens that were estimated are compared with nothing', () => {
    const [model] = reconcileModels([row({})], [lane({ source: 'tokenizer' })], marginMs)
    expect(model!.comparisons.find(({ what }) => what === 'tokens out')).toEqual({
      what: 'tokens out',
      unit: 'count',
      tape: 11,
      gateway: 11,
      difference: null,
      isOff: false,
      isEstimated: true,
    })
  })

  test('one lane that failed, or whose tokens were estimated, leaves nothing to compare', () => {
    const known = (other: LaneState) =>
      reconcileModels([row({ requests: 2 })], [lane({}), other], marginMs)[0]!.comparisons.filter(
        ({ difference, isOff }) => difference !== null || isOff,
      )
    expect(known(lane({ source: 'tokenizer' })).map(({ what }) => what)).toEqual([
      'calls',
      'TTFT',
      'duration',
    ])
    expect(known(lane({ hasFailed: true })).map(({ what }) => what)).toEqual(['calls'])
  })

  test('the slowest connection of its lanes is what the network explains', () => {
    const [model] = reconcileModels(
      [row({ requests: 2 })],
      [lane({ ttftMs: 120, connectMs: 40 }), lane({ ttftMs: 120 })],
      marginMs,
    )
    expect(model!.comparisons.find(({ what }) => what === 'TTFT')).toMatchObject({
      difference: 20,
      isOff: false,
    })
  })

  test('a lane belongs to the provider that served it, by the report or else by the list of models', () => {
    const isFound = (provider: string, own: LaneOptions) =>
      reconcileModels([row({ provider })], [lane(own)], marginMs).length === 1
    expect([isFound('openai', {}), isFound('groq', {})]).toEqual([true, false])
    expect(isFound('openai', { provider: 'virtual' })).toBe(true)
    expect(isFound('virtual', { provider: 'virtual' })).toBe(false)
    expect(isFound('groq', { provider: 'groq', hasReport: false })).toBe(true)
    expect(isFound('groq', { provider: 'groq', hasFailed: true })).toBe(true)
  })

  test('lanes that did not stream have no TTFT to average', () => {
    const [model] = reconcileModels([row({})], [lane({ stream: false })], marginMs)
    expect(model!.comparisons.find(({ what }) => what === 'TTFT')).toMatchObject({ tape: null, isOff: false })
  })

  test('a figure that neither side has is no comparison', () => {
    const [model] = reconcileModels(
      [row({ ttftMs: null, durationMs: null })],
      [lane({ hasFailed: true })],
      marginMs,
    )
    expect(model!.comparisons.map(({ what }) => what)).toEqual(['calls', 'tokens in', 'tokens out'])
  })

  test('a model that did not race is left out', () => {
    expect(reconcileModels([row({ model: 'other' })], [lane({})], marginMs)).toEqual([])
  })
})

interface LaneOptions {
  ttftMs?: number
  totalMs?: number
  /** null for a tape that is older than this field. */
  connectMs?: number | null
  provider?: string
  hasFailed?: boolean
  stream?: boolean
  hasReport?: boolean
  source?: 'usage' | 'tokenizer'
}

function lane(options: LaneOptions): LaneState {
  const {
    ttftMs = 101,
    totalMs = 500,
    connectMs = 0,
    provider = 'openai',
    hasFailed = false,
    stream = true,
    hasReport = true,
    source = 'usage',
  } = options
  const done: Unnumbered = {
    type: 'done',
    at: totalMs,
    lane: 0,
    totalMs,
    finishReason: 'stop',
    usage: { inputTokens: 7, outputTokens: 11, reasoningTokens: null, cachedTokens: null, source },
    costUsd: null,
    gateway: hasReport ? report : null,
    ...(connectMs === null ? {} : { arrival: { connectMs, headersMs: 1, firstByteMs: 1, closeMs: totalMs } }),
  }
  const failure: Unnumbered = {
    type: 'error',
    at: totalMs,
    lane: 0,
    code: 'stream_cut',
    message: '',
    status: null,
    retryAfterMs: null,
  }
  const events: Unnumbered[] = [
    {
      type: 'race-start',
      at: 0,
      raceId: 'race',
      startedAt: '2026-01-01T00:00:00.000Z',
      request: { prompt: 'p', lanes: [{ model: 'm', stream }], finish: 'done' },
      lanes: [{ lane: 0, model: 'm', stream, provider, simulated: false }],
    },
    { type: 'lane-start', at: 0, lane: 0 },
    ...(stream ? [{ type: 'ttft' as const, at: ttftMs, lane: 0, ms: ttftMs }] : []),
    { type: 'token', at: stream ? ttftMs : totalMs, lane: 0, content: 'a', kind: 'answer' },
    hasFailed ? failure : done,
  ]
  const state = events.map((event, seq) => ({ ...event, seq }) as RaceEvent).reduce(reduceRace, emptyRace)
  return state.lanes[0]!
}

const report = {
  requestId: 'r',
  provider: 'openai',
  model: 'm',
  attempts: [],
  ttftMs: 100,
  durationMs: 499,
  overheadMs: 0.3,
  costUsd: null,
}

function row(more: Partial<GatewayRow>): GatewayRow {
  return {
    provider: 'openai',
    model: 'm',
    requests: 1,
    inputTokens: 7,
    outputTokens: 11,
    ttftMs: 100,
    timePerOutputTokenMs: null,
    durationMs: 499,
    ...more,
  }
}
