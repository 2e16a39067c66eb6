/** A tape of the greatest length: 16 lanes of 20,000 tokens, answers in markdown, at some 100 tokens a second each. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldRace, type RaceEvent, roundMs, toStandings, type Unnumbered } from '@drag-race/contracts'

export interface TapeSize {
  lanes: number
  tokens: number
}

const marginMs = 1.5

/** Always the same tape for a size. */
export function toLongTape(raceId: string, { lanes, tokens }: TapeSize): RaceEvent[] {
  const pieces = readPieces()
  const start: Unnumbered = {
    type: 'race-start',
    at: 0,
    raceId,
    startedAt: '2026-01-01T00:00:00.000Z',
    request: {
      prompt: 'Everything you know.',
      lanes: Array.from({ length: lanes }, (_, lane) => ({ model: `model-${lane + 1}`, stream: true })),
      finish: 'done',
    },
    lanes: Array.from({ length: lanes }, (_, lane) => ({
      lane,
      model: `model-${lane + 1}`,
      stream: true,
      provider: 'made up',
      simulated: true,
    })),
  }
  const middle = Array.from({ length: lanes }, (_, lane) => laneEvents(lane, tokens, pieces)).flat()
  const events = [start, ...middle.sort((a, b) => a.at - b.at)].map(
    (event, seq) => ({ ...event, seq }) as RaceEvent,
  )
  const state = foldRace(events)
  const standings = toStandings(state, 'done', marginMs)
  const end: RaceEvent = {
    type: 'race-end',
    seq: events.length,
    at: state.at,
    standings,
    marginMs,
    reason: 'finished',
  }
  return [...events, end]
}

function laneEvents(lane: number, tokens: number, pieces: readonly string[]): Unnumbered[] {
  const startAt = lane / 100
  const first = roundMs(startAt + 200 + lane * 13)
  const gapMs = 8 + lane * 0.37
  const at = (index: number) => roundMs(first + index * gapMs)
  const last = at(tokens - 1)
  return [
    { type: 'lane-start', at: startAt, lane },
    { type: 'ttft', at: first, lane, ms: roundMs(first - startAt) },
    ...Array.from({ length: tokens }, (_, index): Unnumbered => {
      // Each lane begins at another place of the text, so that no two are alike.
      const content = pieces[(index + lane * 977) % pieces.length] ?? ''
      return { type: 'token', at: at(index), lane, content, kind: 'answer' }
    }),
    {
      type: 'done',
      at: last,
      lane,
      totalMs: roundMs(last - startAt),
      finishReason: 'stop',
      usage: {
        inputTokens: 9,
        outputTokens: tokens,
        reasoningTokens: null,
        cachedTokens: null,
        source: 'usage',
      },
      costUsd: null,
      gateway: null,
    },
  ]
}

/** The simulator's own answers, in pieces of the size of a token. */
function readPieces(): string[] {
  const folder = join(import.meta.dirname, '../../packages/simulator/src/answers/topics')
  const text = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').replace(/^---[\s\S]*?---\n/, ''))
    .join('\n\n')
  return text.match(/\s*\S{1,4}|\s+/g) ?? []
}
