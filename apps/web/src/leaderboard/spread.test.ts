import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spread } from './spread.ts'

test('labels with room stand at their lines', () => {
  expect(spread([100, 20, 60], 16, 0, 120)).toEqual([100, 20, 60])
})

test('labels that would touch move apart around their middle', () => {
  expect(spread([50, 52], 16, 0, 120)).toEqual([43, 59])
  expect(spread([50, 50, 50], 10, 0, 120)).toEqual([40, 50, 60])
})

test('labels at an edge are pushed inwards', () => {
  expect(spread([118, 119], 16, 0, 120)).toEqual([104, 120])
  expect(spread([-5, 1], 16, 0, 120)).toEqual([0, 16])
})

test('more labels than fit share the height', () => {
  expect(spread([0, 0, 0], 16, 0, 20)).toEqual([0, 10, 20])
})

test('no labels touch, none leaves the chart, none overtakes another', () => {
  const wanted = fc.array(
    fc.integer({ min: -500, max: 4_000 }).map((tenths) => tenths / 10),
    { maxLength: 16 },
  )
  fc.assert(
    fc.property(wanted, (some) => {
      const placed = spread(some, 20, 0, 320)
      const inOrder = some.map((at, index) => ({ at, y: placed[index]! })).toSorted((a, b) => a.at - b.at)
      for (const [index, { y }] of inOrder.entries()) {
        expect(y).toBeGreaterThanOrEqual(-1e-9)
        expect(y).toBeLessThanOrEqual(320 + 1e-9)
        if (index > 0) expect(y - inOrder[index - 1]!.y).toBeGreaterThanOrEqual(20 - 1e-6)
      }
    }),
  )
})
