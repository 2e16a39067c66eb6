import type { LeaderboardQuery } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failed, lane, race, stopped } from '../testing/raced-lanes.ts'
import type { RaceRow } from './judge-race.ts'
import { createPairing } from './paired.ts'

function pair(races: readonly RaceRow[], stream?: LeaderboardQuery['stream']) {
  const pairing = createPairing({ a: 'a', b: 'b', stream })
  for (const each of races) pairing.add(each)
  return pairing.result()
}

const duel = (aMs: number, bMs: number, other?: Partial<RaceRow>) =>
  race([lane('a', aMs), lane('b', bMs)], other)
/** Races that a won by so many milliseconds; the races themselves differ by much more. */
const duels = (ahead: readonly number[], other?: Partial<RaceRow>) =>
  ahead.map((ms, index) => duel(1_000 * (index + 1), 1_000 * (index + 1) + ms, other))

test('the difference is taken within each race, however much the races differ', () => {
  const { total, races } = pair(duels([30, 35, 38, 38, 38, 41, 60, 900, 40, 36], { marginMs: 2 }))
  // Of ten, the second from each end, and two milliseconds more on both sides.
  expect(races).toBe(10)
  expect(total).toEqual({ n: 10, estimated: 0, median: -38, low: -62, high: -33, margin: 2, better: 'a' })
})

test('what lies within the margin is claimed for nobody', () => {
  const ahead = [1, 1.2, 1.4, 1.5, 1.1, 1.3, 1.2, 1.1]
  expect(pair(duels(ahead, { marginMs: 2 })).total.better).toBeNull()
  expect(pair(duels(ahead, { marginMs: 0.5 })).total.better).toBe('a')
})

test('an interval that touches zero is claimed for nobody, on either side', () => {
  expect(pair(duels(Array(8).fill(2), { marginMs: 2 })).total).toMatchObject({
    low: -4,
    high: 0,
    better: null,
  })
  expect(pair(duels(Array(8).fill(-2), { marginMs: 2 })).total).toMatchObject({
    low: 0,
    high: 4,
    better: null,
  })
})

test('an interval that just misses zero is claimed for whom it lies with, whichever way is better', () => {
  const total = (ahead: number) => pair(duels(Array(8).fill(ahead), { marginMs: 2 })).total
  expect(total(2.5)).toMatchObject({ low: -4.5, high: -0.5, better: 'a' })
  expect(total(-2.5)).toMatchObject({ low: 0.5, high: 4.5, better: 'b' })
  const decode = pair(Array.from({ length: 8 }, () => duel(1_000, 500, { marginMs: 1 }))).decode
  expect(decode).toMatchObject({ median: -100, better: 'b' })
})

test('what is just the margin is claimed for nobody, whatever its binary fraction', () => {
  // 128.02 − 127.02 is 1.0000000000000142 in binary.
  const { total } = pair(Array.from({ length: 8 }, () => duel(127.02, 128.02, { marginMs: 1 })))
  expect(total).toMatchObject({ median: -1, high: 0, better: null })
})

test('without a known margin there is a median and no interval', () => {
  const { total } = pair(duels([30, 35, 38, 38, 38, 41, 60], { marginMs: null }))
  expect(total).toEqual({
    n: 7,
    estimated: 0,
    median: -38,
    low: null,
    high: null,
    margin: null,
    better: null,
  })
})

test('five races are too few for an interval, and none has nothing', () => {
  expect(pair(duels([30, 31, 32, 33, 34])).total).toMatchObject({
    n: 5,
    median: -32,
    low: null,
    better: null,
  })
  expect(pair([]).total).toEqual({
    n: 0,
    estimated: 0,
    median: null,
    low: null,
    high: null,
    margin: null,
    better: null,
  })
})

test('by decode speed more is better, and the margin is that of a speed', () => {
  const { decode } = pair(Array.from({ length: 8 }, () => duel(500, 1_000, { marginMs: 1 })))
  // 200 and 100 tokens a second over 100 tokens: 200 · 2 · 1 ms / 495 ms.
  expect(decode.margin).toBeCloseTo(0.808, 3)
  expect(decode).toMatchObject({ n: 8, median: 100, better: 'a' })
})

test('what an answer cost needs no clock, and both prices', () => {
  const priced = [0.001, 0.002, 0.002, 0.003, 0.002, 0.004].map((more) =>
    race([lane('a', 500, { costUsd: 0.01 }), lane('b', 600, { costUsd: 0.01 + more })], { marginMs: null }),
  )
  const unknown = race([lane('a', 500), lane('b', 600, { costUsd: null })], { marginMs: null })
  const { cost, total } = pair([...priced, unknown])
  expect(cost).toMatchObject({ n: 6, median: -0.002, margin: 0, better: 'a' })
  expect([cost.low, cost.high].map((end) => end?.toFixed(3))).toEqual(['-0.004', '-0.001'])
  expect(total).toMatchObject({ n: 7, better: null })
})

test('a model that costs a fraction of a cent more is the dearer one', () => {
  const { cost } = pair(duels(Array(8).fill(-100)))
  expect(cost).toMatchObject({ median: 0.0001, better: 'b' })
})

test('a race that one of them did not answer is left out, and told apart from races without the two', () => {
  const races = [
    duel(500, 600),
    race([lane('a', 500), failed('b')]),
    race([lane('a', 500), stopped('b', 100)]),
    race([failed('a'), lane('b', 500)]),
    race([lane('a', 500), lane('c', 600)]),
  ]
  const { races: both, total, leftOut } = pair(races)
  expect([both, total.n, leftOut]).toEqual([4, 1, []])
})

test('twins count as the mean of their lanes', () => {
  expect(pair([race([lane('a', 500), lane('a', 700), lane('b', 610)])]).total).toMatchObject({
    n: 1,
    median: -10,
  })
})

test('of twins the wider margin counts', () => {
  const twins = race([lane('a', 500), lane('a', 1_000), lane('b', 1_000)], { marginMs: 1 })
  expect(pair([twins]).decode.margin).toBeCloseTo(0.808, 3)
})

test('a race in which one of several lanes did not answer is left out, and told', () => {
  const twins = race([lane('a', 500), failed('a'), lane('b', 610)])
  expect(pair([twins, duel(500, 600)])).toMatchObject({
    races: 1,
    total: { n: 1, median: -100 },
    leftOut: [{ why: 'a model ran in several lanes, and not all of them answered', races: 1 }],
  })
  // Where both lanes of a model failed there is no mean: the model did not answer this race.
  expect(pair([race([failed('a'), failed('a'), lane('b', 610)])])).toMatchObject({ races: 1, leftOut: [] })
})

test('races that are not over do not count, and are told', () => {
  const { races, leftOut } = pair([
    duel(500, 600, { status: 'running' }),
    duel(500, 600, { status: 'interrupted' }),
    duel(500, 700, { status: 'interrupted' }),
    race([lane('a', 500)], { status: 'running' }),
  ])
  expect(races).toBe(0)
  expect(leftOut).toEqual([
    { why: 'interrupted: the app ended before the race did', races: 2 },
    { why: 'still running', races: 1 },
  ])
})

test('the streaming filter compares lanes of that kind alone', () => {
  const silent = { stream: false, ttftMs: null, decodeTokensPerSecond: null }
  const each = race([lane('a', 500), lane('b', 600), lane('b', 100, silent)])
  expect(pair([each], 'on').total.median).toBe(-100)
  expect(pair([each], 'off').races).toBe(0)
})

test('a figure that one lane of a model has not is no mean of the others', () => {
  const silent = { stream: false, ttftMs: null, decodeTokensPerSecond: null }
  const { ttft, total } = pair([race([lane('a', 500), lane('a', 300, silent), lane('b', 600)])])
  expect([ttft.n, total.n, total.median]).toEqual([0, 1, -200])
})

test('races that were not looked at are told', () => {
  const pairing = createPairing({ a: 'a', b: 'b' })
  for (const races of [7, 0]) pairing.leaveOut('older', races)
  pairing.leaveOut('other', 0)
  expect(pairing.result().leftOut).toEqual([{ why: 'older', races: 7 }])
})

test('asked the other way round it says the same', () => {
  const anyDuels = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 })), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(anyDuels, (times) => {
      const one = pair(times.map(([a, b]) => duel(a, b))).total
      const other = pair(times.map(([a, b]) => duel(b, a))).total
      const turned = (value: number | null) => (value === null ? null : 0 - value)
      expect(other).toEqual({
        ...one,
        median: turned(one.median),
        low: turned(one.high),
        high: turned(one.low),
        better: one.better && (one.better === 'a' ? 'b' : 'a'),
      })
    }),
  )
})
