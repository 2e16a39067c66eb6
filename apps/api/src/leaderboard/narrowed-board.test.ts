import { expect, test } from 'vitest'
import { ab, startBoard } from '../testing/start-board.ts'
import { createBoard } from './board.ts'

test('category, streaming and time span each narrow the races', async () => {
  const { writeRace, models, board } = await startBoard()
  await writeRace({ totals: ab, category: 'coding' })
  await writeRace({ totals: ab, category: 'maths', daysAgo: 3 })
  await writeRace({ totals: ab, daysAgo: 20 })
  const silent = { stream: 0 as const, ttft_ms: null, decode_tps: null }
  await writeRace({ totals: { c: { total_ms: 1, ...silent }, d: { total_ms: 9, ...silent } }, daysAgo: 300 })
  expect(await models('?category=coding')).toEqual(['a 1', 'b 1'])
  expect(await models('?span=day')).toEqual(['a 1', 'b 1'])
  expect(await models('?span=week')).toEqual(['a 2', 'b 2'])
  expect(await models('?span=month')).toEqual(['a 3', 'b 3'])
  expect(await models('?span=all&stream=on')).toEqual(['a 3', 'b 3'])
  expect(await models('?stream=off')).toEqual(['c 1', 'd 1'])
  expect(await models('?by=ttft&stream=off')).toEqual([])
  expect((await board('?by=ttft')).by).toBe('ttft')
})

test('tags narrow the races of the board and of two models, all of them at once', async () => {
  const { writeRace, models, board, paired } = await startBoard(2)
  const tagged = (tags: Record<string, string>) => ({ tags_json: JSON.stringify(tags) })
  for (let race = 0; race < 3; race++) {
    await writeRace({ totals: ab, daysAgo: 5, race: tagged({ build: '1.4.0', region: 'eu' }) })
  }
  await writeRace({ totals: { c: { total_ms: 1 }, d: { total_ms: 2 } }, race: tagged({ build: '1.4.1' }) })
  // More races with other tags, and newer ones, than a board or a page takes.
  for (let race = 0; race < 120; race++)
    await writeRace({ totals: { e: { total_ms: 1 }, f: { total_ms: 2 } } })
  expect(await models('?tag=build:1.4.0')).toEqual(['a 2', 'b 2'])
  expect(await models('?tag=build:1.4.0&tag=region:eu')).toEqual(['a 2', 'b 2'])
  expect(await models('?tag=build:1.4.0&tag=region:us')).toEqual([])
  expect(await models('?tag=build:1.4.1')).toEqual(['c 1', 'd 1'])
  const leftOut = [{ why: 'older than the newest 2 races', races: 1 }]
  expect((await board('?tag=build:1.4.0')).leftOut).toEqual(leftOut)
  expect(await paired('?a=a&b=b&tag=build:1.4.0')).toMatchObject({ races: 2, leftOut })
  expect(await paired('?a=a&b=b&tag=build:1.4.1')).toMatchObject({ races: 0 })
})

test('who wins is told for each category, and of fewer than ten races nothing but their number', async () => {
  const { writeRace, board } = await startBoard()
  const ba = { a: { total_ms: 900 }, b: { total_ms: 500 } }
  for (let race = 0; race < 12; race++) await writeRace({ totals: race < 9 ? ba : ab, category: 'maths' })
  for (let race = 0; race < 9; race++) await writeRace({ totals: ab, category: 'coding' })
  await writeRace({ totals: ab })
  await writeRace({ totals: { a: { total_ms: 1 } }, category: 'prose' })
  const { byCategory } = await board()
  expect(byCategory).toMatchObject([
    {
      category: 'maths',
      races: 12,
      models: [
        { model: 'a', races: 12, rate: { value: 0.25 } },
        { model: 'b', races: 12, rate: { value: 0.75 } },
      ],
    },
    { category: 'coding', races: 9, models: [{ model: 'a', races: 9, rate: null }, { model: 'b' }] },
    { category: null, races: 1 },
  ])
  expect(byCategory[0]?.models[1]?.rate?.low).toBeCloseTo(0.468, 3)
  expect((await board('?category=coding')).byCategory).toMatchObject([{ category: 'coding' }])
})

test('of very many categories those with most races are told', async () => {
  const { writeRace, board } = await startBoard()
  for (let race = 0; race < 30; race++) await writeRace({ totals: ab, category: `own ${race}` })
  await writeRace({ totals: ab, category: 'own 29' })
  const { byCategory } = await board()
  expect(byCategory).toHaveLength(24)
  expect(byCategory[0]).toMatchObject({ category: 'own 29', races: 2 })
})

test('races that were not looked at are told, those left out for the most frequent reason first', async () => {
  const built = createBoard({ by: 'total' })
  for (const races of [7, 0]) built.leaveOut('older', races)
  built.leaveOut('other', 0)
  built.leaveOut('beyond', 7)
  built.leaveOut('newer', 9)
  expect((await built.result()).leftOut).toEqual([
    { why: 'newer', races: 9 },
    { why: 'beyond', races: 7 },
    { why: 'older', races: 7 },
  ])
})
