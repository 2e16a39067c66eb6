import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  definitions,
  emptyRace,
  type LaneState,
  type RaceEvent,
  reduceRace,
  type Tool,
  toTimeSlip,
  type Unnumbered,
  type Usage,
} from './index.ts'
import { tapes } from './testing/tapes.ts'

const usage: Usage = {
  ...{ inputTokens: 3, outputTokens: 11, reasoningTokens: 2, cachedTokens: null },
  source: 'usage',
}

/**
 * A handmade stream: request at 10, a chunk with the role at 60, reasoning at 110, answer at 210, 260 and 310 (two
 * tokens each), the usage chunk at 320.
 */
const byHand: Unnumbered[] = [
  {
    type: 'race-start',
    at: 0,
    raceId: 'race',
    startedAt: '2026-01-01T00:00:00.000Z',
    request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: 'done' },
    lanes: [{ lane: 0, model: 'm', stream: true, provider: null, simulated: false }],
  },
  { type: 'lane-start', at: 10, lane: 0 },
  { type: 'ttft', at: 110, lane: 0, ms: 100 },
  { type: 'token', at: 110, lane: 0, content: 'hm', kind: 'reasoning', tokens: 2 },
  { type: 'token', at: 210, lane: 0, content: 'a b', kind: 'answer', tokens: 2 },
  { type: 'token', at: 260, lane: 0, content: 'c d', kind: 'answer', tokens: 2 },
  { type: 'token', at: 310, lane: 0, content: 'e f', kind: 'answer', tokens: 2 },
  {
    type: 'done',
    at: 320,
    lane: 0,
    totalMs: 310,
    finishReason: 'stop',
    usage,
    costUsd: null,
    gateway: null,
    arrival: { headersMs: 49, firstByteMs: 50, firstChoicesMs: 50, lastChunkMs: 310, closeMs: 311 },
  },
]

describe('one tape, as each tool would report it', () => {
  const lane = fold(byHand)

  test.each<[Tool, string, number]>([
    ['here', 'TTFT', 100],
    ['here', 'TTFA', 200],
    ['here', 'decode speed', 50],
    ['here', 'end to end', (11 * 1000) / 310],
    ['vLLM bench', 'TTFT', 50],
    ['vLLM bench', 'E2EL', 310],
    ['vLLM bench', 'TPOT', 26],
    ['AIPerf', 'TTFT', 100],
    ['AIPerf', 'TTFO', 200],
    ['AIPerf', 'request latency', 300],
    ['AIPerf', 'ITL', 20],
    ['AIPerf', 'ICL, mean', 200 / 3],
    ['AIPerf', 'throughput per user', 50],
    ['GuideLLM', 'TTFT', 100],
    ['GuideLLM', 'ITL', 20],
    ['GuideLLM', 'TPOT', 300 / 11],
    ['Artificial Analysis', 'TTFT', 100],
    ['Artificial Analysis', 'output speed', 45],
    ['Artificial Analysis', 'end to end, 500 tokens', 200 + 500 / 0.045],
  ])('%s: %s is %d', (tool, name, value) => {
    expect(figure(lane, tool, name)).toBeCloseTo(value, 9)
  })

  test('every definition is in the example', () => {
    expect(definitions.filter(({ of }) => of(lane, null) === null)).toEqual([])
  })
})

test('the documentation has every figure with its formula', () => {
  const page = readFileSync(new URL('../../../docs/measuring.md', import.meta.url), 'utf8')
  for (const { tool, name, formula } of definitions.filter((each) => each.tool !== 'here')) {
    expect(page).toContain(`| ${tool} | ${name} | ${formula} |`)
  }
})

test('hidden reasoning is in the n of tools that read usage, not of tools that count the text', () => {
  const lane = fold(
    withDone({ usage: { ...usage, reasoningTokens: 5 } }).filter(
      (event) => !(event.type === 'token' && event.kind === 'reasoning'),
    ),
  )
  // 11 by usage, 6 of text; 100 ms of text.
  expect(figure(lane, 'GuideLLM', 'ITL')).toBeCloseTo(10, 9)
  expect(figure(lane, 'AIPerf', 'ITL')).toBeCloseTo(20, 9)
})

test('where reasoning is hidden in part, tools that count the text have the part that came', () => {
  const lane = fold(withDone({ usage: { ...usage, outputTokens: 109, reasoningTokens: 100 } }))
  // 109 by usage; 9 of answer and 2 of reasoning came, in 200 ms.
  expect(figure(lane, 'here', 'decode speed')).toBeCloseTo(50, 9)
  expect(figure(lane, 'AIPerf', 'ITL')).toBeCloseTo(20, 9)
  expect(figure(lane, 'GuideLLM', 'ITL')).toBeCloseTo(200 / 108, 9)
})

test('a tool call is in every n and in spans of chunks; tools that time text then report no speed', () => {
  const lane = fold(
    byHand.map((event) =>
      event.type === 'token' && event.at === 310 ? { ...event, kind: 'tool-call' } : event,
    ),
  )
  expect(figure(lane, 'here', 'decode speed')).toBeCloseTo(50, 9)
  expect(figure(lane, 'vLLM bench', 'TPOT')).toBeCloseTo(26, 9)
  expect(figure(lane, 'AIPerf', 'TTFT')).toBe(100)
  // An older tape has no times of its tool calls.
  const older = fold(withDone({ finishReason: 'tool_calls' }))
  for (const [tool, name] of [
    ['AIPerf', 'ITL'],
    ['AIPerf', 'ICL, mean'],
    ['GuideLLM', 'ITL'],
    ['GuideLLM', 'TPOT'],
    ['Artificial Analysis', 'output speed'],
  ] as const) {
    expect(figure(lane, tool, name)).toBeNull()
    expect(figure(older, tool, name)).toBeNull()
  }
})

test('where the tape has no arrival, vLLM has no figure', () => {
  const lane = fold(
    byHand.map((event) => {
      if (event.type !== 'done') return event
      const { arrival: _, ...older } = event
      return older
    }),
  )
  for (const name of ['TTFT', 'E2EL', 'TPOT']) expect(figure(lane, 'vLLM bench', name)).toBeNull()
  expect(figure(lane, 'AIPerf', 'ITL')).toBeCloseTo(20, 9)
})

test('a stream whose chunks never had choices has an end and no step', () => {
  const arrival = { headersMs: 49, firstByteMs: 50, firstChoicesMs: null, lastChunkMs: 310, closeMs: 311 }
  const lane = fold(withDone({ arrival }))
  expect(figure(lane, 'vLLM bench', 'E2EL')).toBe(310)
  expect(figure(lane, 'vLLM bench', 'TPOT')).toBeNull()
})

test('a lane that failed or did not stream has no figure of any other tool', () => {
  fc.assert(
    fc.property(tapes, (tape) => {
      const { lanes } = tape.reduce(reduceRace, emptyRace)
      for (const lane of lanes.filter((each) => !each.stream || each.outcome?.kind !== 'done')) {
        const others = definitions.filter(({ tool }) => tool !== 'here')
        expect(others.flatMap(({ of }) => of(lane, null) ?? [])).toEqual([])
      }
    }),
  )
})

test('nor has such a lane when its tape has the times of its chunks', () => {
  const toWall = (event: Unnumbered): Unnumbered => {
    if (event.type !== 'race-start') return event
    return { ...event, lanes: event.lanes.map((lane) => ({ ...lane, stream: false })) }
  }
  const toFailure = (event: Unnumbered): Unnumbered => {
    if (event.type !== 'done') return event
    const { at, lane, arrival } = event
    const why = { message: 'x', code: 'stream_cut', status: null, retryAfterMs: null }
    return { type: 'error', at, lane, arrival, ...why }
  }
  const namesOf = (events: Unnumbered[]) =>
    definitions
      .filter(({ of }) => of(fold(events), null) !== null)
      .map(({ tool, name }) => `${tool}: ${name}`)
  expect(namesOf(byHand.filter(({ type }) => type !== 'ttft').map(toWall))).toEqual(['here: end to end'])
  expect(namesOf(byHand.map(toFailure))).toEqual(
    ['TTFT', 'TTFA', 'decode speed', 'end to end'].map((name) => `here: ${name}`),
  )
})

test('a figure that counts tokens says which: all that were billed, or those that were sent', () => {
  const answerOnly = (outputTokens: number, reasoningTokens: number) =>
    fold(
      withDone({ usage: { ...usage, outputTokens, reasoningTokens } }).filter(
        (event) => !(event.type === 'token' && event.kind === 'reasoning'),
      ),
    )
  const [lane, moreHidden, moreSent] = [answerOnly(9, 0), answerOnly(109, 100), answerOnly(12, 0)]
  for (const { tool, name, hasTokens, of } of definitions) {
    const isSame = (other: LaneState) => of(other, null) === of(lane, null)
    const seen = isSame(moreSent) ? undefined : isSame(moreHidden) ? 'sent' : 'all'
    expect([tool, name, seen]).toEqual([tool, name, hasTokens])
  }
})

test('in twice the time every time is twice as long and every speed half of it', () => {
  const slower = (event: Unnumbered): Unnumbered => {
    const twice = (ms: number | null | undefined) => 2 * (ms ?? 0)
    if (event.type === 'ttft') return { ...event, at: 2 * event.at, ms: 2 * event.ms }
    if (event.type !== 'done') return { ...event, at: 2 * event.at }
    const { firstChoicesMs, lastChunkMs } = event.arrival!
    const arrival = {
      ...event.arrival!,
      firstChoicesMs: twice(firstChoicesMs),
      lastChunkMs: twice(lastChunkMs),
    }
    return { ...event, at: 2 * event.at, totalMs: 2 * event.totalMs, arrival }
  }
  for (const { unit, of } of definitions) {
    const [before, after] = [of(fold(byHand), null)!, of(fold(byHand.map(slower)), null)!]
    expect(after).toBeCloseTo(unit === 'ms' ? 2 * before : before / 2, 9)
  }
})

test('one arrival has a time but no speed, and one token has no step', () => {
  const at310 = fold(byHand.filter((event) => event.type !== 'token' || event.at === 310))
  for (const { name, unit, hasTokens, of } of definitions.filter(
    ({ tool }) => tool === 'Artificial Analysis',
  ))
    expect([name, of(at310, null)]).toEqual([name, unit === 'ms' && !hasTokens ? 300 : null])
  expect(figure(at310, 'AIPerf', 'ICL, mean')).toBeNull()
  expect(figure(at310, 'AIPerf', 'throughput per user')).toBeNull()
  const stepOf = (outputTokens: number) =>
    figure(fold(withDone({ usage: { ...usage, outputTokens } })), 'vLLM bench', 'TPOT')
  expect([0, 1, 2].map(stepOf)).toEqual([null, null, 260])
})

test('there is no speed where the first chunk already has all billed tokens', () => {
  const speedOf = (outputTokens: number) =>
    figure(fold(withDone({ usage: { ...usage, outputTokens } })), 'Artificial Analysis', 'output speed')
  expect([1, 2, 3].map(speedOf)).toEqual([null, null, 5])
})

test('reasoning alone is text without an answer', () => {
  const lane = fold(byHand.map((event) => (event.type === 'token' ? { ...event, kind: 'reasoning' } : event)))
  expect(figure(lane, 'Artificial Analysis', 'output speed')).toBeCloseTo(45, 9)
  expect(figure(lane, 'Artificial Analysis', 'end to end, 500 tokens')).toBeNull()
  expect(figure(lane, 'AIPerf', 'TTFO')).toBeNull()
})

test('where the error is not known every span has its speed', () => {
  const burst = byHand.map((event) =>
    event.type === 'token' && event.at < 310 ? { ...event, at: 309.5 } : event,
  )
  expect(figure(fold(burst), 'AIPerf', 'throughput per user')).toBeCloseTo(10 / 0.0005, 6)
})

test('a speed whose span is no longer than its error is null, but its times are not', () => {
  const whole = fold(byHand)
  const speeds = (errorMs: number, lane = whole) =>
    definitions
      .filter(({ unit, of }) => unit === 'tok/s' && of(lane, errorMs) === null)
      .map(({ name }) => name)
  // 200 ms of text.
  expect(speeds(99)).toEqual([])
  expect(speeds(100)).toEqual(['decode speed', 'throughput per user', 'output speed'])
  expect(speeds(310)).toEqual(['decode speed', 'end to end', 'throughput per user', 'output speed'])
  expect(definitions.filter(({ of }) => of(whole, 310) !== null).map(({ name }) => name)).toContain('TPOT')
  // 13.46 − 10 is 3.460000000000001 in binary.
  const burst = byHand.map((event) => {
    if (event.type === 'token') return { ...event, at: event.at < 310 ? 10 : 13.46 }
    return event.type === 'lane-start' ? { ...event, at: 0 } : event
  })
  expect(speeds(1.73, fold(burst))).toEqual(['decode speed', 'throughput per user', 'output speed'])
})

test('our own column is the time slip', () => {
  fc.assert(
    fc.property(tapes, (tape) => {
      for (const lane of tape.reduce(reduceRace, emptyRace).lanes.filter(({ stream }) => stream)) {
        const slip = toTimeSlip(lane)
        expect(figure(lane, 'here', 'TTFT')).toBe(slip.ttftMs)
        expect(figure(lane, 'here', 'decode speed')).toBe(slip.decodeTokensPerSecond)
        expect(figure(lane, 'here', 'end to end')).toBe(slip.endToEndTokensPerSecond)
      }
    }),
  )
})

test('one arrival is one number in every column, to the last digit', () => {
  fc.assert(
    fc.property(tapes, (tape) => {
      for (const lane of tape.reduce(reduceRace, emptyRace).lanes) {
        for (const tool of ['AIPerf', 'GuideLLM', 'Artificial Analysis'] as const)
          expect([lane.ttftMs, null]).toContain(figure(lane, tool, 'TTFT'))
        if (lane.outcome?.kind !== 'done') continue
        expect(figure(lane, 'AIPerf', 'TTFO')).toBe(figure(lane, 'here', 'TTFA'))
        expect([lane.outcome.event.totalMs, null]).toContain(figure(lane, 'AIPerf', 'request latency'))
      }
    }),
  )
})

function withDone(more: Partial<Extract<Unnumbered, { type: 'done' }>>): Unnumbered[] {
  return byHand.map((event) => (event.type === 'done' ? { ...event, ...more } : event))
}

function fold(events: readonly Unnumbered[]): LaneState {
  const state = events.map((event, seq) => ({ ...event, seq }) as RaceEvent).reduce(reduceRace, emptyRace)
  return state.lanes[0]!
}

function figure(lane: LaneState, tool: Tool, name: string): number | null {
  const found = definitions.find((each) => each.tool === tool && each.name === name)
  if (!found) throw new Error(`${tool} has no ${name}`)
  return found.of(lane, null)
}
