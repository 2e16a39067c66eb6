/** Random races that could have happened, for property tests. */
import fc from 'fast-check'
import {
  type EventOf,
  emptyRace,
  type FinishLine,
  type RaceEvent,
  reduceRace,
  roundMs,
  toStandings,
  type Unnumbered,
} from '../index.ts'

const finish: fc.Arbitrary<FinishLine> = fc.oneof(
  fc.constantFrom('done' as const, 'first-token' as const),
  fc.record({ tokens: fc.integer({ min: 1, max: 40 }) }),
)

interface LaneScript {
  stream: boolean
  startAt: number
  gaps: number[]
  reasoningChunks: number
  toolCallChunks: number
  tokensPerChunk: number
  end: 'done' | 'done without usage' | 'failed' | 'stopped'
  /** At which fractions of the first gap headers and first byte came; null on an older tape. */
  arrived: [number, number] | null
}

/** Random doubles are nearly all tiny: these have the two decimals of a tape. */
export const upTo = (msMax: number) =>
  fc.integer({ min: 0, max: msMax * 100 }).map((hundredths) => hundredths / 100)

const laneScript: fc.Arbitrary<LaneScript> = fc.record({
  stream: fc.boolean(),
  startAt: upTo(2),
  gaps: fc.array(upTo(50), { maxLength: 12 }),
  reasoningChunks: fc.nat(4),
  toolCallChunks: fc.constantFrom(0, 0, 0, 2),
  tokensPerChunk: fc.integer({ min: 1, max: 4 }),
  end: fc.constantFrom('done', 'done without usage', 'failed', 'stopped'),
  arrived: fc.option(
    fc.tuple(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true })),
  ),
})

export const tapes: fc.Arbitrary<RaceEvent[]> = fc
  .tuple(finish, fc.array(laneScript, { minLength: 1, maxLength: 5 }), upTo(5))
  .map(([line, scripts, margin]) => toTape(line, scripts, margin))

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
    at = roundMs(at + gap)
    if (index === 0 && script.stream)
      events.push({ type: 'ttft', at, lane, ms: roundMs(at - script.startAt) })
    const kind = toKind(script, index)
    events.push({ type: 'token', at, lane, content: `w${index} `, kind, tokens: script.tokensPerChunk })
  }
  const arrival = toArrival(script, gaps[0] ?? 0, roundMs(at - script.startAt))
  events.push({
    ...laneEnd(script, lane, at, gaps.length * script.tokensPerChunk),
    ...(arrival && { arrival }),
  })
  return events
}

function toArrival({ arrived }: LaneScript, firstMs: number, lastMs: number) {
  if (!arrived) return null
  const [headersMs, firstByteMs] = arrived.map((part) => roundMs(part * firstMs)) as [number, number]
  return { headersMs, firstByteMs, firstChoicesMs: firstMs, lastChunkMs: lastMs, closeMs: lastMs }
}

function toKind({ stream, gaps, reasoningChunks, toolCallChunks }: LaneScript, index: number) {
  if (!stream) return 'answer'
  if (index >= gaps.length - toolCallChunks) return 'tool-call'
  return index < reasoningChunks ? 'reasoning' : 'answer'
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
    totalMs: roundMs(at - startAt),
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

/** An event of a file: one of this tape, or an unknown one. */
type Line = RaceEvent | { type: 'pit-stop'; seq: number; at: number }

/** Ways to damage the lines of a tape file. */
export const mutations: fc.Arbitrary<(tape: readonly RaceEvent[]) => Line[]> = fc
  .tuple(
    fc.constantFrom(
      'lose',
      'repeat',
      'swap',
      'move',
      'unknown',
      'renumber',
      'relabel',
      'time',
      'place',
      'gap',
      'cut',
    ),
    fc.nat(),
    fc.nat(),
  )
  .map(
    ([kind, first, second]) =>
      (tape) =>
        mutate(tape, kind, first % tape.length, second % tape.length),
  )

function mutate(tape: readonly RaceEvent[], kind: string, at: number, other: number): Line[] {
  const lines: Line[] = [...tape]
  const event = tape[at]!
  switch (kind) {
    case 'lose':
      return lines.toSpliced(at, 1)
    case 'repeat':
      return lines.toSpliced(other, 0, event)
    case 'swap':
      return lines.with(at, tape[other]!).with(other, event)
    case 'move':
      return lines.toSpliced(at, 1).toSpliced(other, 0, event)
    case 'unknown':
      return lines.with(at, { type: 'pit-stop', seq: event.seq, at: event.at })
    case 'renumber':
      return lines.with(at, { ...event, seq: event.seq + 1 + other })
    case 'relabel':
      return 'lane' in event ? lines.with(at, { ...event, lane: 15 - event.lane }) : lines
    case 'time':
      return lines.with(at, earlier(event))
    case 'place':
    case 'gap':
      return lines.map((line) => (line.type === 'race-end' ? withOther(kind, line) : line))
    default:
      return lines.slice(0, at)
  }
}

/** Where an event has a time twice, the two then differ; a token or an error then comes before its lane's start. */
function earlier(event: RaceEvent): RaceEvent {
  switch (event.type) {
    case 'ttft':
      return { ...event, ms: event.ms + 0.5 }
    case 'done':
      return { ...event, totalMs: event.totalMs + 0.5 }
    case 'token':
    case 'error':
      return { ...event, at: event.at - 10_000 }
    default:
      return event
  }
}

function withOther(figure: 'place' | 'gap', end: EventOf<'race-end'>): RaceEvent {
  return {
    ...end,
    standings: end.standings.map((standing) => ({ ...standing, [figure]: (standing[figure] ?? 0) + 1 })),
  }
}
