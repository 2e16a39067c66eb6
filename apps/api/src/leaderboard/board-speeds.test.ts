import { expect, test } from 'vitest'
import { lane, race } from '../testing/raced-lanes.ts'
import { board, summary, whyNot } from '../testing/read-board.ts'

test('by decode speed more is better, and an answer in one piece has no speed', async () => {
  const onePiece = lane('one-piece', 100, { decodeTokensPerSecond: null })
  expect(await summary([race([lane('slow', 900), onePiece, lane('fast', 500)])], { by: 'decode' })).toEqual([
    ['fast', 1, 1, 0],
    ['slow', 1, 0, 0],
  ])
})

test('a speed whose span the clock cannot tell from none is no figure and ranks nobody', async () => {
  // 99 tokens in 4 ms: by the formula 24,750 a second, and the clock is 2 ms off at both ends.
  const burst = lane('burst', 400, { decodeTokensPerSecond: 24_750 })
  const timed = race([burst, lane('b', 500), lane('c', 900)], { marginMs: 2 })
  expect(await summary([timed], { by: 'decode' })).toEqual([
    ['b', 1, 1, 0],
    ['c', 1, 0, 0],
  ])
  const byTotal = (await board([timed])).rows.find(({ model }) => model === 'burst')
  expect(byTotal).toMatchObject({ medianTotalMs: 400, medianDecodeTokensPerSecond: null })
  expect(await whyNot([burst, lane('b', 500)], { marginMs: 2 }, { by: 'decode' })).toEqual([
    { why: 'fewer than two different models whose speed could be timed', races: 1 },
  ])
  expect((await summary([{ ...timed, marginMs: 1.9 }], { by: 'decode' }))[0]).toEqual(['burst', 1, 1, 0])
})

test('answers too quick for the clock count in a median of speeds: the slow ones that it timed are not the model’s', async () => {
  const median = async (...speeds: (number | null)[]) => {
    const lanes = speeds.map((decodeTokensPerSecond) => lane('m', 400, { decodeTokensPerSecond }))
    const { rows } = await board([race([...lanes, lane('other', 900)], { marginMs: 2 })])
    return rows.find(({ model }) => model === 'm')?.medianDecodeTokensPerSecond
  }
  // The clock can time 99 tokens that took a second or half a second, but not 4 ms, nor one read.
  expect(await median(99, 198, 24_750)).toBe(198)
  expect(await median(99, 198, null)).toBe(198)
  expect(await median(99, 24_750)).toBe(null)
  expect(await median(99, 24_750, null)).toBe(null)
})

test('a median of speeds holds no answer that could have none', async () => {
  const own = { decodeTokensPerSecond: null }
  const lanes = [
    lane('m', 400, { decodeTokensPerSecond: 99 }),
    lane('m', 400, { ...own, stream: false }),
    lane('m', 400, { ...own, sentTokens: 1 }),
  ]
  const { rows } = await board([race([...lanes, lane('other', 900)])])
  expect(rows.find(({ model }) => model === 'm')?.medianDecodeTokensPerSecond).toBe(99)
})
