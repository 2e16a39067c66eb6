import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom, type Random } from './seeded-random.ts'

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.unit())
const mean = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

test('the same seed and purpose give the same numbers, another seed or purpose gives others', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.string(), (seed, purpose) => {
      const numbers = draw(createRandom(seed, purpose), 5)
      expect(draw(createRandom(seed, purpose), 5)).toEqual(numbers)
      expect(draw(createRandom(seed + 1, purpose), 5)).not.toEqual(numbers)
      expect(draw(createRandom(seed, `${purpose}.`), 5)).not.toEqual(numbers)
    }),
  )
})

test('a seed gives the same numbers as ever, so that old runs can be repeated', () => {
  expect(draw(createRandom(42, 'times'), 3)).toMatchInlineSnapshot(`
    [
      0.5245331567712128,
      0.6653650617226958,
      0.2220246521756053,
    ]
  `)
})

test('whole numbers stay in their range and reach both of its ends', () => {
  const random = createRandom(7, 'whole')
  const drawn = new Set(Array.from({ length: 300 }, () => random.whole(2, 5)))
  expect([...drawn].sort()).toEqual([2, 3, 4, 5])
})

test('numbers between two others are spread over the whole of their range', () => {
  const random = createRandom(7, 'between')
  const drawn = Array.from({ length: 300 }, () => random.between(2, 5))
  expect(drawn.every((number) => number >= 2 && number < 5)).toBe(true)
  expect([Math.min(...drawn), Math.max(...drawn)].map(Math.round)).toEqual([2, 5])
})

test('a spread is 1 on average, never negative, and exactly 1 without sigma', () => {
  const random = createRandom(7, 'spread')
  const factors = Array.from({ length: 20_000 }, () => random.spread(0.4))
  expect(mean(factors)).toBeCloseTo(1, 1)
  expect(Math.min(...factors)).toBeGreaterThan(0)
  expect(random.spread(0)).toBe(1)
})
