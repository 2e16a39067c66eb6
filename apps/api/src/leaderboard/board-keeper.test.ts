import type { Leaderboard } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { createBoardKeeper } from './board-keeper.ts'

const board: Leaderboard = {
  by: 'total',
  marginMs: null,
  disturbedRaces: 0,
  askedDifferentlyRaces: 0,
  rows: [],
  headToHead: [],
  byCategory: [],
  ttftOverTime: [],
  leftOut: [],
}

test('the same board is worked out once, also for those who ask meanwhile', async () => {
  const keeper = createBoardKeeper()
  let worked = 0
  const work = async () => {
    worked++
    return board
  }
  await Promise.all([keeper.keep('a', work), keeper.keep('a', work)])
  await keeper.keep('a', work)
  expect(worked).toBe(1)
})

test('boards are worked out one after the other', async () => {
  const keeper = createBoardKeeper()
  const seen: string[] = []
  const work = (name: string) => async () => {
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
    return board
  }
  await Promise.all([keeper.keep('a', work('a')), keeper.keep('b', work('b'))])
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('a board that failed is worked out anew, and stops no other', async () => {
  const keeper = createBoardKeeper()
  const fail = async () => {
    throw new Error('the disk is gone')
  }
  await expect(keeper.keep('a', fail)).rejects.toThrow('the disk is gone')
  expect(await keeper.keep('a', async () => board)).toBe(board)
})

test('the ninth board takes the place of the oldest', async () => {
  const keeper = createBoardKeeper()
  const worked: string[] = []
  const ask = (key: string) =>
    keeper.keep(key, async () => {
      worked.push(key)
      return board
    })
  for (const key of ['0', '1', '2', '3', '4', '5', '6', '7', '8', '8', '0']) await ask(key)
  expect(worked.slice(-2)).toEqual(['8', '0'])
})
