import { expect, test } from 'vitest'
import { resampleRatings } from './resample.ts'

/**
 * Two players with this many races; each resample rates the first lower than the resample before, the second higher.
 */
async function resample(races: number) {
  let pauses = 0
  let drawn = 0
  const team = { members: [0, 1], racesOf: [races, races], pairs: [[0, 1] as const], patterns: [], races }
  const refit = () => {
    drawn++
    return [-drawn, drawn]
  }
  const ratings = await resampleRatings(team, { values: [0, 0], refit }, async () => pauses++)
  return { ratings, drawn, pauses }
}

test('a thousand resamples, fewer where that would be too much work, and two hundred at least', async () => {
  const counts = [0, 399_640, 399_641, 10_000_000].map(async (races) => (await resample(races)).drawn)
  expect(await Promise.all(counts)).toEqual([1_000, 500, 499, 200])
})

test('it pauses after each piece of work', async () => {
  expect((await resample(0)).pauses).toBe(7)
  expect((await resample(10_000_000)).pauses).toBe(200)
})

test('the ratings of a player are in order', async () => {
  const { ratings } = await resample(10_000_000)
  const rising = Array.from({ length: 200 }, (_, index) => index + 1)
  expect(ratings.map((each) => [...each])).toEqual([rising.map((value) => value - 201), rising])
})
