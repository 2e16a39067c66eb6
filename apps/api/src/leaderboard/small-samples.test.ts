import { expect, test } from 'vitest'
import { expandedTail, normalTail, studentPoint } from './small-samples.ts'

test('points of Student’s t agree with the tables', () => {
  const tables: [degrees: number, point: number][] = [
    [7, 2.3646],
    [9, 2.2622],
    [19, 2.093],
    [29, 2.0452],
    [120, 1.9799],
  ]
  for (const [degrees, point] of tables) expect(Math.abs(studentPoint(degrees) - point)).toBeLessThan(0.001)
})

test('tails of the normal agree with the tables', () => {
  expect(normalTail(0)).toBeCloseTo(0.5, 6)
  expect(normalTail(1)).toBeCloseTo(0.1586553, 6)
  expect(normalTail(1.959964)).toBeCloseTo(0.025, 6)
  expect(normalTail(3)).toBeCloseTo(0.0013499, 6)
})

test('few races leave less outside the interval, many a fortieth on each side', () => {
  expect(expandedTail(1)).toBe(0)
  expect(expandedTail(10)).toBeCloseTo(0.0086, 4)
  expect(expandedTail(1e6)).toBeCloseTo(0.025, 5)
})
