import type { Health } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { toHealthMs } from './use-health.ts'

const well = { gateway: { isReachable: true }, races: { unwritten: 0 }, isCalibrating: false } as Health

test('the app is asked again soon while something is wrong, or about to change', () => {
  expect(toHealthMs(well)).toBe(15_000)
  expect(toHealthMs({ ...well, isCalibrating: true })).toBe(3000)
  expect(toHealthMs({ ...well, races: { ...well.races, unwritten: 1 } })).toBe(3000)
  expect(toHealthMs(undefined)).toBe(3000)
})
