import { expect, test } from 'vitest'
import { createPressGuard } from './press-guard.ts'

const by = (guard: ReturnType<typeof createPressGuard>, detail: number, timeStamp: number) =>
  guard({ detail, timeStamp })

test('a second click counts when it comes by itself, and not as the second half of a double click', () => {
  const guard = createPressGuard()
  expect(by(guard, 1, 1_000)).toBe(true)
  expect(by(guard, 2, 1_150)).toBe(false)
  // Too slow for the browser's double click, too fast for a reader.
  expect(by(guard, 1, 1_500)).toBe(false)
  expect(by(guard, 1, 1_600)).toBe(true)
  expect(by(guard, 2, 9_000)).toBe(false)
})

test('a key press has no click count: its time decides', () => {
  const guard = createPressGuard()
  expect([0, 100, 599, 600].map((ms) => by(guard, 0, ms))).toEqual([true, false, false, true])
})
