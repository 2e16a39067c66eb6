import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Load, type Ordering, orderTargets } from './order-targets.ts'

const abc = ['a', 'b', 'c']
/** A generator of numbers in [0, 1) that is the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
const order = (ordering: Ordering, random = seeded(1)) => orderTargets(abc, ordering, random).join('')
const load = (beginMs: number | null, more: Partial<Load> = {}): Load => ({
  beginMs,
  ageMs: 0,
  pending: 0,
  ...more,
})

test('roundRobin takes turns', () => {
  expect([0, 1, 2, 3].map((turn) => order({ kind: 'roundRobin', turn }))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ])
})

test('weighted draws the first by its weight, and the second among the rest', () => {
  const random = seeded(7)
  const drawn = Array.from({ length: 10_000 }, () => order({ kind: 'weighted', weights: [6, 3, 1] }, random))
  const share = (start: string) => drawn.filter((each) => each.startsWith(start)).length / drawn.length
  expect(share('a')).toBeCloseTo(0.6, 1)
  expect(share('b')).toBeCloseTo(0.3, 1)
  expect(share('c')).toBeCloseTo(0.1, 1)
  // Among the rest, b comes before c three times out of four.
  expect(share('ab') / share('a')).toBeCloseTo(0.75, 1)
})

test('priority goes by tiers, and within one at random', () => {
  const random = seeded(3)
  const ordering: Ordering = { kind: 'priority', priorities: [2, 1, 1] }
  const seen = new Set(Array.from({ length: 50 }, () => order(ordering, random)))
  expect([...seen].sort()).toEqual(['bca', 'cba'])
})

test('cheapest first, unknown prices last, equals as they stand in the config', () => {
  expect(order({ kind: 'cheapest', costsUsd: [null, 2, 1] })).toBe('cba')
  expect(order({ kind: 'cheapest', costsUsd: [null, 1, null] })).toBe('bac')
  expect(order({ kind: 'cheapest', costsUsd: [1, 1, 1] })).toBe('abc')
})

test('conditional: those that hold, in their order', () => {
  expect(order({ kind: 'conditional', holds: [false, true, true] })).toBe('bc')
})

describe('leastLatency', () => {
  const least = (loads: Load[]) => order({ kind: 'leastLatency', loads })

  test('the quickest first', () => {
    expect(least([load(300), load(100), load(200)])).toBe('bca')
  })

  test('calls that wait there already count', () => {
    expect(least([load(100, { pending: 4 }), load(300), load(400, { pending: 1 })])).toBe('bac')
    expect(least([load(100, { pending: 1 }), load(250), load(400)])).toBe('abc')
  })

  test('a target that was never measured is tried, once at a time', () => {
    expect(least([load(100), load(null), load(200)])[0]).toBe('b')
    expect(least([load(100), load(null, { pending: 1 }), load(200)])).toBe('acb')
    expect(least([load(100), load(null, { pending: 1 }), load(null)])).toBe('cab')
    // The unmeasured one, with a call running, scores twice the average of 400.
    const four = [load(50), load(null, { pending: 1 }), load(150), load(1_000)]
    expect(orderTargets([...'abcd'], { kind: 'leastLatency', loads: four }, seeded(1)).join('')).toBe('acbd')
  })

  test('before any is measured, the one with the fewest running calls goes first', () => {
    const running = (pending: number) => load(null, { pending })
    expect(least([running(2), running(3), running(1)])).toBe('cab')
  })

  test('an idle target is never starved, however slow it once was', () => {
    const slow = (ageMs: number) => least([load(10), load(60_000, { ageMs }), load(20)])[0]
    expect(slow(1_000)).toBe('a')
    expect(slow(10 * 60_000)).toBe('b')
  })

  test('after ten seconds without a measurement an idle target counts as twice as quick', () => {
    expect(least([load(51), load(100, { ageMs: 10_000 }), load(49)])).toBe('cba')
  })

  test('with quick calls all the time, each target still gets a call within minutes', () => {
    const targets = [20, 200, 5_000].map((ms) => ({
      ms,
      beginMs: null as number | null,
      measuredAtMs: 0,
      calls: 0,
    }))
    const random = seeded(5)
    for (let nowMs = 0; nowMs < 5 * 60_000; nowMs += 100) {
      const loads = targets.map((each) => load(each.beginMs, { ageMs: nowMs - each.measuredAtMs }))
      const [first] = orderTargets(targets, { kind: 'leastLatency', loads }, random)
      Object.assign(first!, { beginMs: first!.ms, measuredAtMs: nowMs, calls: first!.calls + 1 })
    }
    const calls = targets.map((each) => each.calls)
    expect(calls[0]).toBeGreaterThan(2_500)
    expect(calls[1]).toBeGreaterThan(3)
    expect(calls[2]).toBeGreaterThan(2)
  })
})

test('whatever the strategy: every target once, and nothing else', () => {
  const many = fc.integer({ min: 1, max: 12 }).chain((length) => {
    const listOf = <Value>(value: fc.Arbitrary<Value>) =>
      fc.array(value, { minLength: length, maxLength: length })
    const ordering = fc.oneof(
      fc.nat().map((turn) => ({ kind: 'roundRobin' as const, turn })),
      listOf(fc.double({ min: 0.001, max: 1e6, noNaN: true })).map((weights) => ({
        kind: 'weighted' as const,
        weights,
      })),
      listOf(fc.nat(3)).map((priorities) => ({ kind: 'priority' as const, priorities })),
      listOf(fc.option(fc.nat(100))).map((costsUsd) => ({
        kind: 'cheapest' as const,
        costsUsd,
      })),
      listOf(
        fc.record({
          beginMs: fc.option(fc.nat(10_000)),
          ageMs: fc.nat(1_000_000),
          pending: fc.nat(5),
        }),
      ).map((loads) => ({ kind: 'leastLatency' as const, loads })),
    )
    return fc.tuple(fc.constant(length), ordering, fc.integer())
  })
  fc.assert(
    fc.property(many, ([length, ordering, seed]) => {
      const targets = Array.from({ length }, (_, index) => index)
      const ordered = orderTargets(targets, ordering, seeded(seed))
      expect([...ordered].sort((a, b) => a - b)).toEqual(targets)
    }),
  )
})
