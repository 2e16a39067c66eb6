import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

test('many exponential draws at once are the sum of as many', () => {
  for (const count of [0, 1, 29, 30, 31, 1_000]) {
    const one = createRandom(3)
    const sum = Array.from({ length: count }, one.exponential).reduce((total, draw) => total + draw, 0)
    expect(createRandom(3).exponentials(count)).toBeCloseTo(sum, 9)
  }
})
