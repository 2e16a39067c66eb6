import { expect, test } from 'vitest'
import { ab, startBoard } from '../testing/start-board.ts'

test('two models are compared over the races that both ran', async () => {
  const { writeRace, paired } = await startBoard()
  for (let race = 0; race < 8; race++) {
    await writeRace({ totals: { a: { total_ms: 500 + race }, b: { total_ms: 540 + 2 * race } } })
  }
  await writeRace({ totals: { a: { total_ms: 500 }, c: { total_ms: 1 } } })
  await writeRace({ totals: { a: { total_ms: 1 }, b: { total_ms: 9 } }, category: 'maths', daysAgo: 3 })
  const { races, total, ttft } = await paired('?a=a&b=b&span=day')
  expect(races).toBe(8)
  expect(total).toEqual({ n: 8, estimated: 0, median: -43.5, low: -48, high: -39, margin: 1, better: 'a' })
  expect(ttft).toMatchObject({ n: 8, median: 0, better: null })
  expect((await paired('?a=a&b=b&category=maths')).total).toMatchObject({ n: 1, median: -8, low: null })
})

test('of more races than are looked at the others are told', async () => {
  const { writeRace, paired } = await startBoard(3)
  for (let daysAgo = 0; daysAgo < 5; daysAgo++) await writeRace({ totals: ab, daysAgo })
  expect(await paired('?a=a&b=b')).toMatchObject({
    races: 3,
    leftOut: [{ why: 'older than the newest 3 races', races: 2 }],
  })
})

test.each(['', '?a=a', '?a=a&b=a', '?a=a&b=b&by=ttft', '?a=a&b=b&span=year'])(
  'a pair that cannot be meant is refused: %s',
  async (query) => {
    const { getPaired } = await startBoard()
    expect((await getPaired(query)).status).toBe(400)
  },
)

test('the difference of two speeds says in how many races our tokenizer counted; times hold no tokens', async () => {
  const { writeRace, paired } = await startBoard()
  await writeRace({ totals: ab })
  await writeRace({ totals: { a: { total_ms: 500 }, b: { total_ms: 900, is_estimated: 1 } } })
  expect(await paired('?a=a&b=b')).toMatchObject({
    decode: { n: 2, estimated: 1 },
    total: { n: 2, estimated: 0 },
  })
})
