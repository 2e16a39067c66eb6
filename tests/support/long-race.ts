/** A handmade race of long times, long names and long answers, for which a page must have room. */
import { emptyRace, type RaceEvent, reduceRace, toStandings, type Unnumbered } from '@drag-race/contracts'

export interface LongLane {
  model: string
  answer: string
  /** From the green light to the end of the answer. */
  totalMs: number
  /** Why the lane did not finish; absent when it did. */
  failure?: string
}

export function longRace(raceId: string, prompt: string, lanes: readonly LongLane[]): RaceEvent[] {
  const start: Unnumbered = {
    type: 'race-start',
    at: 0,
    raceId,
    startedAt: '2026-01-01T00:00:00.000Z',
    request: { prompt, lanes: lanes.map(({ model }) => ({ model, stream: true })), finish: 'done' },
    lanes: lanes.map(({ model }, lane) => ({
      lane,
      model,
      stream: true,
      simulated: false,
      provider: 'acme',
    })),
  }
  const middle = lanes.flatMap(laneEvents).sort((a, b) => a.at - b.at)
  const tape = [start, ...middle].map((event, seq) => ({ ...event, seq }) as RaceEvent)
  const state = tape.reduce(reduceRace, emptyRace)
  const standings = toStandings(state, 'done', 3.5)
  return [
    ...tape,
    { type: 'race-end', seq: tape.length, at: state.at, standings, marginMs: 3.5, reason: 'finished' },
  ]
}

function laneEvents({ answer, totalMs, failure }: LongLane, lane: number): Unnumbered[] {
  const begun: Unnumbered[] = [
    { type: 'lane-start', at: 0, lane },
    { type: 'ttft', at: 1084, lane, ms: 1084 },
    { type: 'token', at: 1084, lane, content: answer, kind: 'answer', tokens: 640 },
  ]
  if (failure !== undefined) {
    const problem = { message: failure, code: 'stream_cut', status: 502, retryAfterMs: null } as const
    return [...begun, { type: 'error', at: totalMs, lane, ...problem }]
  }
  const usage = { inputTokens: 24, outputTokens: 12_888, reasoningTokens: null, cachedTokens: null }
  return [
    ...begun,
    { type: 'token', at: totalMs - 1, lane, content: ' The end.', kind: 'answer', tokens: 12_248 },
    {
      type: 'done',
      at: totalMs,
      lane,
      totalMs,
      finishReason: 'stop',
      usage: { ...usage, source: 'usage' },
      costUsd: null,
      gateway: null,
    },
  ]
}
