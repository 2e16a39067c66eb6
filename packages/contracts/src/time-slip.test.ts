import { describe, expect, test } from 'vitest'
import {
  crossedMs,
  emptyRace,
  isSentEstimated,
  type LaneState,
  type RaceEvent,
  reduceRace,
  toSentTokens,
  toTimeSlip,
  type Unnumbered,
  type Usage,
} from './index.ts'

const usage = (more: Partial<Usage> = {}): Usage => ({
  inputTokens: 9,
  outputTokens: 5,
  reasoningTokens: null,
  cachedTokens: null,
  source: 'usage',
  ...more,
})

const token = (
  at: number,
  kind: 'answer' | 'reasoning' | 'tool-call' = 'answer',
  tokens = 1,
): Unnumbered => ({
  type: 'token',
  at,
  lane: 0,
  content: 'x',
  kind,
  tokens,
})
const done = (at: number, more: Partial<Usage> = {}): Unnumbered => ({
  type: 'done',
  at,
  lane: 0,
  totalMs: at - 10,
  finishReason: 'stop',
  usage: usage(more),
  costUsd: 0.5,
  gateway: null,
})

/** A lane that started at 10 ms, after these events. */
function lane(events: Unnumbered[], stream = true): LaneState {
  const start: Unnumbered = {
    type: 'race-start',
    at: 0,
    raceId: 'r',
    startedAt: '2026-01-01T00:00:00.000Z',
    request: { prompt: 'p', lanes: [{ model: 'm', stream }], finish: 'done' },
    lanes: [{ lane: 0, model: 'm', stream, provider: null, simulated: false }],
  }
  const tape = [start, { type: 'lane-start', at: 10, lane: 0 } as const, ...events]
  return tape.map((event, seq) => ({ ...event, seq }) as RaceEvent).reduce(reduceRace, emptyRace).lanes[0]!
}

const ttft: Unnumbered = { type: 'ttft', at: 110, lane: 0, ms: 100 }

describe('a time slip', () => {
  test('counts from the start of the lane, not of the race', () => {
    const slip = toTimeSlip(lane([ttft, token(110, 'reasoning'), token(150), token(310), done(320)]))
    expect(slip).toMatchObject({
      ttftMs: 100,
      firstTextMs: 100,
      firstAnswerMs: 140,
      totalMs: 310,
      elapsedMs: 310,
      gapMsMax: 160,
    })
  })

  test('divides the tokens after the first by the time between first and last', () => {
    const slip = toTimeSlip(lane([ttft, token(110), token(210), done(220)]))
    expect(slip.decodeTokensPerSecond).toBeCloseTo(((5 - 1) * 1000) / 100)
    expect(slip.endToEndTokensPerSecond).toBeCloseTo((5 * 1000) / 210)
  })

  test('leaves hidden reasoning out of the decode speed and says that it was hidden', () => {
    const hidden = toTimeSlip(
      lane([token(110), token(210), done(220, { outputTokens: 105, reasoningTokens: 100 })]),
    )
    expect(hidden).toMatchObject({
      hasHiddenReasoning: true,
      outputTokens: 105,
      shownReasoningTokens: null,
    })
    expect(hidden.decodeTokensPerSecond).toBeCloseTo(40)
    const shown = toTimeSlip(
      lane([
        token(110, 'reasoning', 100),
        token(210),
        done(220, { outputTokens: 105, reasoningTokens: 100 }),
      ]),
    )
    expect(shown).toMatchObject({ hasHiddenReasoning: false, shownReasoningTokens: null })
    expect(shown.decodeTokensPerSecond).toBeCloseTo(1040)
  })

  test('has sent no tokens, and not less than none, where more reasoning was billed than output', () => {
    const slip = toTimeSlip(
      lane([token(110), token(210), done(220, { outputTokens: 10, reasoningTokens: 50 })]),
    )
    expect([toSentTokens(slip), slip.decodeTokensPerSecond]).toEqual([0, null])
  })

  test('calls no reasoning hidden where there was none', () => {
    for (const reasoningTokens of [null, 0]) {
      expect(toTimeSlip(lane([token(110), done(220, { reasoningTokens })])).hasHiddenReasoning).toBe(false)
    }
    expect(toTimeSlip(lane([token(110), done(220, { reasoningTokens: 1 })])).hasHiddenReasoning).toBe(true)
  })

  test('has what the provider counted and what it cost', () => {
    const counted = { inputTokens: 9, outputTokens: 5, reasoningTokens: 2, cachedTokens: 4 }
    expect(toTimeSlip(lane([token(110), done(120, counted)]))).toMatchObject({ ...counted, costUsd: 0.5 })
  })

  test('counts the part of the reasoning that came, where some of it is hidden', () => {
    const summary = Array.from({ length: 10 }, (_, index) => token(110 + index * 10, 'reasoning'))
    const answer = Array.from({ length: 235 }, (_, index) => token(210 + index * 10))
    const slip = toTimeSlip(
      lane([...summary, ...answer, done(2_560, { outputTokens: 3_432, reasoningTokens: 3_197 })]),
    )
    expect(slip).toMatchObject({ hasHiddenReasoning: true, shownReasoningTokens: 10, outputTokens: 3_432 })
    expect(slip.decodeTokensPerSecond).toBeCloseTo(100)
  })

  test('does not take another tokenizer’s count of the same reasoning for a hidden part', () => {
    const billed = (shown: number, reasoningTokens: number) =>
      toTimeSlip(
        lane([token(110, 'reasoning', shown), token(210), done(220, { outputTokens: 999, reasoningTokens })]),
      ).hasHiddenReasoning
    expect([billed(100, 150), billed(100, 151)]).toEqual([false, true])
    expect([billed(4, 24), billed(4, 25)]).toEqual([false, true])
  })

  test('times the tokens of a tool call as it counts them', () => {
    const calls = Array.from({ length: 20 }, (_, index) => token(181 + index * 50, 'tool-call', 3))
    const slip = toTimeSlip(lane([ttft, token(110), token(131), ...calls, done(1_140, { outputTokens: 60 })]))
    expect(slip.decodeTokensPerSecond).toBeCloseTo((59 * 1000) / 1021)
    expect(slip).toMatchObject({ firstTextMs: 100, gapMsMax: 50, splits: { lastTokenMs: 1_121 } })
  })

  test('has a decode speed where a tool call ended the answer and the tape has its times', () => {
    const call = [ttft, token(110, 'tool-call'), token(210, 'tool-call')]
    const slip = toTimeSlip(lane([...call, { ...done(220), finishReason: 'tool_calls' } as Unnumbered]))
    expect(slip.decodeTokensPerSecond).toBeCloseTo(40)
  })

  test('has no decode speed where an older tape counts a tool call but has no times of it', () => {
    const older = lane([
      ttft,
      token(110),
      token(131),
      { ...done(1_140), finishReason: 'tool_calls' } as Unnumbered,
    ])
    expect(toTimeSlip(older).decodeTokensPerSecond).toBeNull()
  })

  test('a tool call is no text', () => {
    const silent = lane([ttft, token(110, 'tool-call'), done(140)])
    expect(silent).toMatchObject({ answer: '', reasoning: '', tokens: 1 })
    expect(toTimeSlip(silent)).toMatchObject({ firstTextMs: null, firstAnswerMs: null, ttftMs: 100 })
    expect(toTimeSlip(lane([ttft, token(110, 'tool-call'), token(150), done(160)])).firstTextMs).toBe(140)
  })

  test('has no decode speed with a single arrival, nor with a single token', () => {
    expect(toTimeSlip(lane([token(110), done(110)])).decodeTokensPerSecond).toBeNull()
    const ofTokens = (outputTokens: number) =>
      toTimeSlip(lane([token(110), token(110.5), done(120, { outputTokens })])).decodeTokensPerSecond
    expect([0, 1, 2].map(ofTokens)).toEqual([null, null, 2_000])
  })

  test('takes its end-to-end speed from the total on the tape', () => {
    const slip = toTimeSlip(lane([token(110), { ...done(120), totalMs: 109.99 } as Unnumbered]))
    expect(slip.endToEndTokensPerSecond).toBe(5_000 / 109.99)
  })

  test('marks a count as estimated until the provider has given its own', () => {
    expect(toTimeSlip(lane([token(110, 'answer', 3)]))).toMatchObject({ outputTokens: 3, isEstimated: true })
    expect(toTimeSlip(lane([done(120, { source: 'tokenizer' })])).isEstimated).toBe(true)
    expect(toTimeSlip(lane([done(120)])).isEstimated).toBe(false)
  })

  test('has only the elapsed time of a running lane follow the clock', () => {
    expect(toTimeSlip(lane([token(110)]), 500)).toMatchObject({ elapsedMs: 490, totalMs: null })
    expect(toTimeSlip(lane([token(110), done(120)]), 500).elapsedMs).toBe(110)
    // Without a clock it ran until its newest token.
    expect(toTimeSlip(lane([token(110)])).elapsedMs).toBe(100)
    expect(toTimeSlip(lane([])).elapsedMs).toBe(0)
  })

  test('is computed each time while its lane runs, and only once when the lane is over', () => {
    const running = lane([token(110)])
    expect([200, 300].map((nowMs) => toTimeSlip(running, nowMs).elapsedMs)).toEqual([190, 290])
    const over = lane([token(110), done(120)])
    expect(toTimeSlip(over, 500)).toBe(toTimeSlip(over))
  })

  test('has no figures of a lane that has received nothing, or has not left', () => {
    const silent = lane([])
    expect(toTimeSlip(silent, 500)).toMatchObject({
      ...{ start: silent.start, elapsedMs: 490, chunks: 0, endToEndTokensPerSecond: null },
      ...{ inputTokens: null, reasoningTokens: null, cachedTokens: null },
    })
    expect(toTimeSlip({ ...silent, startAt: null }, 500).elapsedMs).toBeNull()
  })

  test('has splits for lanes that stream and none for a wall of text', () => {
    const stream = toTimeSlip(lane([token(110, 'answer', 30), token(120, 'answer', 30), done(130)]))
    expect(stream).toMatchObject({ halfMs: 100, first50TokensMs: 110 })
    const fiftieth = [token(110, 'answer', 49), token(120), token(130), done(140)]
    expect(toTimeSlip(lane(fiftieth)).first50TokensMs).toBe(110)
    expect(toTimeSlip(lane([token(110, 'answer', 60), done(110)], false))).toMatchObject({
      halfMs: null,
      first50TokensMs: null,
      splits: { halfMs: null },
      ttftMs: null,
    })
  })

  test('has the splits of a lane, from the light to the close', () => {
    const arrival = { headersMs: 80, firstByteMs: 80.5, closeMs: 312 }
    const end = { ...done(320), arrival } as Unnumbered
    expect(toTimeSlip(lane([ttft, token(110, 'reasoning'), token(150), token(310), end])).splits).toEqual({
      dispatchMs: 10,
      headersMs: 80,
      firstByteMs: 80.5,
      firstReasoningMs: 100,
      firstAnswerMs: 140,
      halfMs: 140,
      lastTokenMs: 300,
      closeMs: 312,
    })
    const late = lane([token(110), token(150, 'reasoning'), done(320)])
    expect(toTimeSlip(late)).toMatchObject({
      firstTextMs: 100,
      splits: { firstReasoningMs: 140, firstAnswerMs: 100 },
    })
  })

  test('has null for splits that an older tape does not have', () => {
    expect(toTimeSlip(lane([token(110), done(320)])).splits).toMatchObject({
      dispatchMs: 10,
      headersMs: null,
      firstByteMs: null,
      firstReasoningMs: null,
      closeMs: null,
    })
  })

  test('has a first text while a model still reasons', () => {
    expect(toTimeSlip(lane([ttft, token(110, 'reasoning')]))).toMatchObject({
      firstTextMs: 100,
      firstAnswerMs: null,
    })
  })

  test('does not take the wait for the close of a whole answer for a gap', () => {
    expect(toTimeSlip(lane([token(110), token(130), done(900)])).gapMsMax).toBe(20)
    expect(toTimeSlip(lane([token(110), done(900)])).gapMsMax).toBeNull()
  })

  test('has no longest wait where all of an answer came at once', () => {
    const wall = lane([token(110, 'reasoning', 30), token(110, 'answer', 60), done(110)], false)
    expect(toTimeSlip(wall).gapMsMax).toBeNull()
    expect(toTimeSlip(lane([ttft, token(110), token(110), done(140)])).gapMsMax).toBeNull()
    expect(toTimeSlip(lane([ttft, token(110), token(110), token(110.01), done(140)])).gapMsMax).toBe(0.01)
  })

  const cutAt = (at: number): Unnumbered => ({
    ...{ type: 'error', at, lane: 0, message: 'x', code: 'stream_cut', status: null, retryAfterMs: null },
  })

  test('has a longest wait of 0 where a lane broke off at its last token', () => {
    expect(toTimeSlip(lane([ttft, token(110), cutAt(110)])).gapMsMax).toBe(0)
  })

  test('keeps what it knows of a lane that failed', () => {
    expect(toTimeSlip(lane([ttft, token(110), cutAt(200)]))).toMatchObject({
      ttftMs: 100,
      totalMs: null,
      elapsedMs: 190,
      costUsd: null,
      // It had waited for the next token.
      gapMsMax: 90,
      endToEndTokensPerSecond: 1000 / 190,
    })
  })
})

describe('a finish line is crossed', () => {
  test('at the end of a whole answer', () => {
    expect(crossedMs(lane([token(110), done(120)]), 'done')).toBe(110)
    expect(crossedMs(lane([token(110)]), 'done')).toBeNull()
  })
  test('at the first token of any kind', () => {
    expect(crossedMs(lane([token(110, 'reasoning'), token(150)]), 'first-token')).toBe(100)
    expect(crossedMs(lane([ttft, token(110, 'tool-call')]), 'first-token')).toBe(100)
    expect(crossedMs(lane([]), 'first-token')).toBeNull()
  })
  test('by the arrival that brings the last token needed, and never by a shorter answer', () => {
    const events = [token(110, 'answer', 2), token(130, 'answer', 2), done(140)]
    expect(crossedMs(lane(events), { tokens: 3 })).toBe(120)
    expect(crossedMs(lane(events), { tokens: 5 })).toBeNull()
  })
})

test('sent tokens are all but the hidden ones, and ≈ where our tokenizer counted some of them', () => {
  // A slip that is older than `shownReasoningTokens`.
  const older = { outputTokens: 105, reasoningTokens: 100, hasHiddenReasoning: true }
  expect(toSentTokens(older)).toBe(5)
  expect(toSentTokens({ ...older, shownReasoningTokens: 10 })).toBe(15)
  expect(toSentTokens({ ...older, hasHiddenReasoning: false })).toBe(105)
  expect(isSentEstimated({ isEstimated: false })).toBe(false)
  expect(isSentEstimated({ isEstimated: false, shownReasoningTokens: null })).toBe(false)
  expect(isSentEstimated({ isEstimated: false, shownReasoningTokens: 10 })).toBe(true)
  expect(isSentEstimated({ isEstimated: true })).toBe(true)
})

test('a slip has the finish reason of its answer, null without one', () => {
  expect(toTimeSlip(lane([ttft, token(110), done(210)])).finishReason).toBe('stop')
  expect(toTimeSlip(lane([ttft, token(110)])).finishReason).toBeNull()
})
