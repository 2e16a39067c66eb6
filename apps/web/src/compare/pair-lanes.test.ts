import type { LaneSummary } from '@drag-race/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeLane as lane } from '../testing/kept-lane.ts'
import { pairLanes } from './pair-lanes.ts'

describe('lanes of two races', () => {
  test('belong together by model, streaming with streaming, and the rest stands alone', () => {
    const one = [lane(1, 'b'), lane(0, 'a'), lane(2, 'a', {}, false), lane(3, 'c')]
    const other = [lane(0, 'a', {}, false), lane(1, 'a'), lane(2, 'd'), lane(3, 'b')]
    expect(pairLanes(one, other).map((pair) => [pair.one?.lane ?? null, pair.other?.lane ?? null])).toEqual([
      [0, 1],
      [1, 3],
      [2, 0],
      [3, null],
      [null, 2],
    ])
  })

  test('with one of a model left: it belongs to the lane that streams as it does, wherever that stands', () => {
    const one = [lane(0, 'a'), lane(1, 'a', {}, false)]
    const rerun = [lane(0, 'a', {}, false)]
    expect(pairLanes(one, rerun)).toEqual([
      { one: one[0], other: null },
      { one: one[1], other: rerun[0] },
    ])
  })

  test('each stand in one pair', () => {
    const lanes = fc
      .array(fc.record({ model: fc.constantFrom('a', 'b', 'c'), stream: fc.boolean() }), { maxLength: 16 })
      .map((rows) => rows.map(({ model, stream }, index) => lane(index, model, {}, stream)))
    fc.assert(
      fc.property(lanes, lanes, (one, other) => {
        const pairs = pairLanes(one, other)
        const numbers = (all: (LaneSummary | null)[]) =>
          all.flatMap((each) => each?.lane ?? []).sort((a, b) => a - b)
        expect(numbers(pairs.map((pair) => pair.one))).toEqual(one.map((_, index) => index))
        expect(numbers(pairs.map((pair) => pair.other))).toEqual(other.map((_, index) => index))
        for (const pair of pairs) if (pair.one && pair.other) expect(pair.one.model).toBe(pair.other.model)
      }),
    )
  })
})
