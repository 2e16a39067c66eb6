/** Tapes written by hand for tests: each lane a short script of what happened to it, in milliseconds. */
import {
  emptyRace,
  type FinishLine,
  type LaneParams,
  type LaneRequest,
  type RaceEvent,
  type RaceState,
  reduceRace,
  toStandings,
  type Unnumbered,
} from '@drag-race/contracts'

export interface LaneScript {
  model: string
  stream?: boolean
  simulated?: boolean
  /** When its tokens came; one token each, unless `tokensEach` says otherwise. */
  tokensAt: number[]
  tokensEach?: number
  /** `cut`: by the end of the app. */
  end: 'done' | 'failed' | 'stopped' | 'cut' | 'running'
  endAt?: number
  sentinel?: true
  /** The gateway waited for its start signal. */
  prepared?: true
  /** What it was asked with besides the prompt. */
  params?: LaneParams
  system?: string
  finishReason?: string
  /** Who counted its tokens: its provider, unless it says otherwise. */
  usageSource?: 'usage' | 'tokenizer'
}

export interface TapeScript {
  lanes: LaneScript[]
  finish?: FinishLine
  marginMs?: number | null
  /** null: the race still runs. */
  reason?: 'finished' | 'stopped' | 'deadline' | 'interrupted' | null
}

export function makeTape({
  lanes,
  finish = 'done',
  marginMs = 1,
  reason = 'finished',
}: TapeScript): RaceEvent[] {
  // The request does not hold the sentinel's lane: the app adds it.
  const asked = lanes.filter(({ sentinel }) => !sentinel)
  const start: Unnumbered = {
    type: 'race-start',
    at: 0,
    raceId: 'r1',
    startedAt: '2026-01-01T00:00:00.000Z',
    request: { prompt: 'p', lanes: asked.map(toLaneRequest), finish },
    lanes: lanes.map(({ model, stream = true, simulated = false, sentinel = false }, lane) => ({
      lane,
      model,
      stream,
      simulated,
      provider: 'acme',
      sentinel,
    })),
  }
  const middle = lanes.flatMap(laneEvents).sort((a, b) => a.at - b.at)
  const tape = [start, ...middle].map((event, seq) => ({ ...event, seq }) as RaceEvent)
  if (reason === null) return tape
  const state = fold(tape)
  const standings = toStandings(state, finish, marginMs)
  return [...tape, { type: 'race-end', seq: tape.length, at: state.at, standings, marginMs, reason }]
}

export function fold(tape: readonly RaceEvent[], from: RaceState = emptyRace): RaceState {
  return tape.reduce(reduceRace, from)
}

function toLaneRequest({ model, stream = true, params, system }: LaneScript): LaneRequest {
  return { model, stream, ...(params && { params }), ...(system !== undefined && { system }) }
}

function laneEvents(script: LaneScript, lane: number): Unnumbered[] {
  const { stream = true, tokensAt, tokensEach = 1, end, usageSource = 'usage' } = script
  const first = tokensAt[0]
  const at = script.endAt ?? tokensAt.at(-1) ?? 0
  const events: Unnumbered[] = [
    { type: 'lane-start', at: 0, lane, ...(script.prepared && { prepared: true }) },
  ]
  if (stream && first !== undefined) events.push({ type: 'ttft', at: first, lane, ms: first })
  for (const time of tokensAt) {
    events.push({ type: 'token', at: time, lane, content: 'word ', kind: 'answer', tokens: tokensEach })
  }
  if (end === 'running') return events
  if (end === 'done') {
    const outputTokens = tokensAt.length * tokensEach
    const usage = {
      inputTokens: 3,
      outputTokens,
      reasoningTokens: null,
      cachedTokens: null,
      source: usageSource,
    }
    events.push({
      type: 'done',
      at,
      lane,
      totalMs: at,
      finishReason: script.finishReason ?? 'stop',
      usage,
      costUsd: null,
      gateway: null,
    })
  } else {
    const code = { failed: 'stream_cut', stopped: 'stopped', cut: 'interrupted' }[end]
    events.push({ type: 'error', at, lane, message: 'Stream cut.', code, status: null, retryAfterMs: null })
  }
  return events
}
