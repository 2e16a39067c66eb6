/** Random races that could have happened: what every property of a tape is tried on. */
import fc from 'fast-check'
import {
  emptyRace,
  type FinishLine,
  type RaceEvent,
  reduceRace,
  toStandings,
  type Unnumbered,
} from './index.ts'

const finish: fc.Arbitrary<FinishLine> = fc.oneof(
  fc.constantFrom('done' as const, 'first-token' as const),
  fc.record({ tokens: fc.integer({ min: 1, max: 40 }) }),
)

interface LaneScript {
  stream: boolean
  startAt: number
  gaps: number[]
  reasoningChunks: number
  tokensPerChunk: number
  end: 'done' | 'done without usage' | 'failed' | 'stopped'
}

const laneScript: fc.Arbitrary<LaneScript> = fc.record({
  stream: fc.boolean(),
  startAt: fc.double({ min: 0, max: 2, noNaN: true }).map(round),
  gaps: fc.array(fc.double({ min: 0, max: 50, noNaN: true }).map(round), { maxLength: 12 }),
  reasoningChunks: fc.nat(4),
  tokensPerChunk: fc.integer({ min: 1, max: 4 }),
  end: fc.constantFrom('done', 'done without usage', 'failed', 'stopped'),
})

export const tapes: fc.Arbitrary<RaceEvent[]> = fc
  .tuple(
    finish,
    fc.array(laneScript, { minLength: 1, maxLength: 5 }),
    fc.double({ min: 0, max: 5, noNaN: true }),
  )
  .map(([line, scripts, margin]) => toTape(line, scripts, round(margin)))

function toTape(line: FinishLine, scripts: LaneScript[], marginMs: number): RaceEvent[] {
  const start: Unnumbered = {
    type: 'race-start',
    at: 0,
    raceId: 'race',
    startedAt: '2026-01-01T00:00:00.000Z',
    request: { prompt: 'p', lanes: scripts.map(({ stream }) => ({ model: 'm', stream })), finish: line },
    lanes: scripts.map(({ stream }, lane) => ({
      lane,
      model: 'm',
      stream,
      provider: null,
      simulated: false,
    })),
  }
  const middle = scripts.flatMap(laneEvents).sort((a, b) => a.at - b.at)
  const numbered = [start, ...middle].map((event, seq) => ({ ...event, seq }) as RaceEvent)
  const state = numbered.reduce(reduceRace, emptyRace)
  return [
    ...numbered,
    {
      type: 'race-end',
      seq: numbered.length,
      at: state.at,
      standings: toStandings(state, line, marginMs),
      marginMs,
      reason: 'finished',
    },
  ]
}

function laneEvents(script: LaneScript, lane: number): Unnumbered[] {
  const events: Unnumbered[] = [{ type: 'lane-start', at: script.startAt, lane }]
  let at = script.startAt
  const gaps = script.stream ? script.gaps : script.gaps.slice(0, 1)
  for (const [index, gap] of gaps.entries()) {
    at = round(at + gap)
    if (index === 0 && script.stream) events.push({ type: 'ttft', at, lane, ms: round(at - script.startAt) })
    const kind = script.stream && index < script.reasoningChunks ? 'reasoning' : 'answer'
    events.push({ type: 'token', at, lane, content: `w${index} `, kind, tokens: script.tokensPerChunk })
  }
  events.push(laneEnd(script, lane, at, gaps.length * script.tokensPerChunk))
  return events
}

function laneEnd({ end, startAt }: LaneScript, lane: number, at: number, tokens: number): Unnumbered {
  if (end === 'failed' || end === 'stopped') {
    const code = end === 'failed' ? 'stream_cut' : 'stopped'
    return { type: 'error', at, lane, message: 'x', code, status: null, retryAfterMs: null }
  }
  return {
    type: 'done',
    at,
    lane,
    totalMs: round(at - startAt),
    finishReason: 'stop',
    usage: {
      inputTokens: 3,
      outputTokens: tokens,
      reasoningTokens: null,
      cachedTokens: null,
      source: end === 'done' ? 'usage' : 'tokenizer',
    },
    costUsd: null,
    gateway: null,
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
