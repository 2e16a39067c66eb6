import { expect, test } from 'vitest'
import { drawFate } from './fate.ts'
import { profiles } from './profiles.ts'
import { createRandom } from './seeded-random.ts'

test('a flaky model answers most often, and each of its fates comes up about as often as its chance', () => {
  const { fates } = profiles.get('flaky')!
  const drawn = Array.from({ length: 5000 }, (_, seed) => drawFate(fates, createRandom(seed, 'fate')))
  for (const { chance, fate } of fates) {
    const share = drawn.filter((one) => one === fate).length / drawn.length
    expect(Math.abs(share - chance)).toBeLessThan(0.02)
  }
  expect(drawn.filter((one) => one === null).length).toBeGreaterThan(1500)
})

test('a certain fate always strikes, none never', () => {
  const { fates } = profiles.get('cut')!
  for (let seed = 0; seed < 100; seed++) {
    expect(drawFate(fates, createRandom(seed, 'fate'))).toEqual({ kind: 'cut', afterTokens: 20 })
    expect(drawFate([], createRandom(seed, 'fate'))).toBeNull()
  }
})
