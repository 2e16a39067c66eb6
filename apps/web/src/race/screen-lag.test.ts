import { expect, test } from 'vitest'
import { createScreenLag } from './screen-lag.ts'

test('the way from the race to this tab is not part of the screen’s lag, however long it is', () => {
  const lag = createScreenLag()
  for (let at = 0; at <= 1_100; at += 100) {
    lag.heard(at, 5_000 + at)
    lag.painted(at, 5_000 + at + 12)
  }
  expect(lag.ms).toBe(12)
})

test('a single event that arrives late counts as lag, because the picture was late', () => {
  const lag = createScreenLag()
  lag.heard(0, 1_000)
  lag.painted(0, 1_010)
  lag.heard(1_200, 2_290)
  lag.painted(1_200, 2_300)
  expect(lag.ms).toBe(100)
})

test('the worst of a second is shown when the second is over, and forgotten after the next', () => {
  const lag = createScreenLag()
  const paint = (at: number, lateMs: number) => {
    lag.heard(at, at)
    lag.painted(at, at + lateMs)
  }
  paint(0, 80)
  expect(lag.ms).toBeNull()
  paint(1_000, 5)
  expect(lag.ms).toBeNull()
  paint(1_075, 5)
  expect(lag.ms).toBe(80)
  paint(1_500, 3)
  expect(lag.ms).toBe(80)
  paint(2_200, 7.6)
  expect(lag.ms).toBe(8)
})
