import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fate, Profile } from './profile.ts'
import { profiles } from './profiles.ts'
import { countTokens, endsAtMs, type Run, type TextChunk, toSchedule } from './schedule.ts'

const words = (count: number) => Array.from({ length: count }, (_, index) => ` w${index}`)
const steady = profiles.get('steady')!

function plan(change: Partial<Run> & { with?: Partial<Profile> } = {}) {
  const profile = { ...steady, ...change.with }
  const script = { reasoning: [], answer: words(100) }
  return toSchedule({ profile, seed: 1, fate: null, script, outputTokensMax: 10_000, ...change })
}

const textChunks = (schedule: ReturnType<typeof plan>) =>
  schedule.chunks.filter((chunk): chunk is TextChunk => chunk.kind !== 'malformed')
const textOf = (schedule: ReturnType<typeof plan>) =>
  textChunks(schedule)
    .map((chunk) => chunk.text)
    .join('')

const anyFate: fc.Arbitrary<Fate | null> = fc.oneof(
  fc.constant(null),
  fc.record({ kind: fc.constant('cut' as const), afterTokens: fc.nat(200) }),
  fc.record({
    kind: fc.constant('stall' as const),
    afterTokens: fc.nat(200),
    forMs: fc.option(fc.nat(5000)),
  }),
  fc.record({ kind: fc.constant('malformed' as const), afterTokens: fc.nat(200) }),
)
const anyRun: fc.Arbitrary<Run> = fc.record({
  profile: fc.constantFrom(...profiles.values()),
  seed: fc.nat(),
  fate: anyFate,
  script: fc.record({ reasoning: fc.nat(60).map(words), answer: fc.nat(160).map(words) }),
  outputTokensMax: fc.integer({ min: 1, max: 300 }),
})

describe('any schedule', () => {
  test('is the same for the same profile, seed and text', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        expect(toSchedule(run)).toEqual(toSchedule(structuredClone(run)))
      }),
    )
  })

  test('never goes back in time', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const { roleAtMs, chunks, ending } = toSchedule(run)
        const times = [roleAtMs ?? 0, ...chunks.map((chunk) => chunk.atMs)]
        if (ending.kind !== 'stall') times.push(ending.atMs)
        expect(times).toEqual([...times].sort((one, other) => one - other))
      }),
    )
  })

  test('holds the text in order: all of it, or the part before its limit or its fate', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const schedule = toSchedule(run)
        const all = [...run.script.reasoning, ...run.script.answer]
        const { reasoning, answer } = countTokens(schedule)
        expect(textOf(schedule)).toBe(all.slice(0, reasoning + answer).join(''))
        const isEndedEarly = schedule.ending.kind !== 'finish'
        const allowed = Math.min(all.length, run.outputTokensMax)
        expect(reasoning + answer).toBe(
          isEndedEarly ? (run.fate as { afterTokens: number }).afterTokens : allowed,
        )
      }),
    )
  })

  test('has no chunk that mixes reasoning and answer, or is larger than its profile allows', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const schedule = toSchedule(run)
        const { reasoning } = countTokens(schedule)
        const kinds = textChunks(schedule).flatMap((chunk) => Array(chunk.tokens).fill(chunk.kind))
        expect(kinds.lastIndexOf('reasoning')).toBe(reasoning - 1)
        for (const chunk of textChunks(schedule)) {
          expect(chunk.tokens).toBeLessThanOrEqual(run.profile.tokensPerChunk.max)
        }
      }),
    )
  })
})

test('without jitter, token n is due at ttft + n intervals, exactly', () => {
  const schedule = plan()
  expect(schedule.chunks.map((chunk) => chunk.atMs)).toEqual(words(100).map((_, n) => 200 + n * 10))
  expect(schedule.ending).toEqual({ kind: 'finish', reason: 'stop', atMs: 200 + 100 * 10 })
})

test('coalescing changes the size of chunks, but not the speed', () => {
  const schedule = plan({ with: { tokensPerChunk: { min: 8, max: 8 } } })
  expect(textChunks(schedule).map((chunk) => chunk.tokens)).toEqual([...Array(12).fill(8), 4])
  expect(schedule.chunks.slice(0, 3).map((chunk) => chunk.atMs)).toEqual([200, 280, 360])
})

test('with jitter the speed stays that of the profile, near enough', () => {
  const schedule = plan({ with: { jitter: 0.4 }, script: { reasoning: [], answer: words(4000) } })
  const tookMs = endsAtMs(schedule) - schedule.chunks[0]!.atMs
  expect(4000 / (tookMs / 1000)).toBeGreaterThan(95)
  expect(4000 / (tookMs / 1000)).toBeLessThan(105)
})

test('with jitter the first tokens come after the time of the profile, on the whole', () => {
  const firsts = Array.from(
    { length: 2_000 },
    (_, seed) => plan({ seed, with: { ttftJitter: 0.4 } }).chunks[0]!.atMs,
  )
  const meanMs = firsts.reduce((sum, atMs) => sum + atMs) / firsts.length
  expect(new Set(firsts).size).toBe(firsts.length)
  expect(Math.abs(meanMs - 200)).toBeLessThan(10)
})

test('a pause comes before a chunk as often and as long as its profile says', () => {
  const pauses = (chance: number) => ({ pauses: { chance, minMs: 50, maxMs: 50 } })
  const times = (chance: number) => plan({ with: pauses(chance) }).chunks.map(({ atMs }) => atMs)
  expect(times(0)).toEqual(plan().chunks.map(({ atMs }) => atMs))
  expect(times(1).slice(0, 3)).toEqual([200, 260, 320])
})

test('headers and role come before the first token', () => {
  const { roleAtMs, chunks } = plan()
  expect(roleAtMs).toBeLessThan(chunks[0]!.atMs)
})

test('reasoning comes first, at its own speed', () => {
  const schedule = plan({
    with: { reasoning: { tokensMin: 0, tokensMax: 0, tokensPerSecond: 1000 } },
    script: { reasoning: words(3), answer: words(2) },
  })
  expect(schedule.chunks.map((chunk) => [chunk.kind, chunk.atMs])).toEqual([
    ['reasoning', 200],
    ['reasoning', 201],
    ['reasoning', 202],
    ['answer', 212],
    ['answer', 222],
  ])
})

test('a limit on tokens ends it with length', () => {
  const schedule = plan({ outputTokensMax: 30 })
  expect(countTokens(schedule)).toEqual({ reasoning: 0, answer: 30 })
  expect(schedule.ending).toMatchObject({ kind: 'finish', reason: 'length' })
})

test('a cut comes exactly after its token, even in the middle of a larger chunk', () => {
  const schedule = plan({
    with: { tokensPerChunk: { min: 8, max: 8 } },
    fate: { kind: 'cut', afterTokens: 20 },
  })
  expect(countTokens(schedule).answer).toBe(20)
  expect(schedule.ending.kind).toBe('cut')
})

test('a stall with an end delays all that follows by its length', () => {
  const usual = plan()
  const stalled = plan({ fate: { kind: 'stall', afterTokens: 20, forMs: 1500 } })
  expect(stalled.chunks.slice(0, 20)).toEqual(usual.chunks.slice(0, 20))
  expect(stalled.chunks[20]!.atMs).toBe(usual.chunks[20]!.atMs + 1500)
  expect(endsAtMs(stalled)).toBe(endsAtMs(usual) + 1500)
  expect(textOf(stalled)).toBe(textOf(usual))
  expect(stalled.chunks).toHaveLength(usual.chunks.length)
})

test('a stall without an end writes nothing after its token', () => {
  const { chunks, ending } = plan({ fate: { kind: 'stall', afterTokens: 20, forMs: null } })
  expect(chunks).toEqual(plan().chunks.slice(0, 20))
  expect(ending).toEqual({ kind: 'stall' })
})

test('after a stall, tokens come in chunks as large as before', () => {
  const schedule = plan({
    with: { tokensPerChunk: { min: 8, max: 8 } },
    fate: { kind: 'stall', afterTokens: 20, forMs: 0 },
  })
  expect(textChunks(schedule).map((chunk) => chunk.tokens)).toEqual([8, 8, 4, ...Array(10).fill(8)])
})

test('a malformed event is between whole ones, and no text is lost', () => {
  const schedule = plan({ fate: { kind: 'malformed', afterTokens: 20 } })
  expect(schedule.chunks[20]).toEqual({ kind: 'malformed', atMs: 400 })
  expect(textOf(schedule)).toBe(words(100).join(''))
})

test('a fate that the answer never reaches does not happen', () => {
  expect(plan({ fate: { kind: 'cut', afterTokens: 100 } })).toEqual(plan())
})

test('silence has neither headers nor chunks nor an end', () => {
  expect(plan({ fate: { kind: 'silent' } })).toEqual({
    roleAtMs: null,
    chunks: [],
    ending: { kind: 'stall' },
  })
})
