import { betterBy, type LeaderboardQuery, type Measure, measures } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failed, lane, race, stopped } from '../testing/raced-lanes.ts'
import { createBoard } from './board.ts'
import { judgeRace, type LaneRow, type RaceRow } from './judge-race.ts'
import { toWinShares } from './win-shares.ts'

type Query = Pick<LeaderboardQuery, 'by' | 'stream'>

function board(races: RaceRow[], query: Query = { by: 'total' }) {
  const built = createBoard(query)
  for (const each of races) built.add(each)
  return built.result()
}

const anyTotalMs = fc.integer({ min: 1, max: 40 })
const anyLane: fc.Arbitrary<LaneRow> = fc
  .record({
    model: fc.constantFrom('a', 'b', 'c', 'd'),
    totalMs: anyTotalMs,
    stream: fc.boolean(),
    outcome: fc.constantFrom('done' as const, 'done' as const, 'failed' as const, 'stopped' as const),
    isPriced: fc.boolean(),
  })
  .map(({ model, totalMs, stream, outcome, isPriced }) => {
    if (outcome === 'failed') return { ...failed(model), stream }
    if (outcome === 'stopped') return { ...stopped(model, totalMs), stream }
    const silent = stream ? {} : { ttftMs: null, decodeTokensPerSecond: null }
    return lane(model, totalMs, { stream, ...silent, ...(isPriced ? {} : { costUsd: null }) })
  })
const anyRace = fc
  .tuple(
    fc.array(anyLane, { maxLength: 16 }),
    fc.integer({ min: 0, max: 8 }),
    fc.integer({ min: 0, max: 1e12 }),
  )
  .map(([lanes, marginMs, startedAtMs]) => race(lanes, { marginMs, startedAtMs }))
const anyQuery = fc.record({
  by: fc.constantFrom<Measure>(...measures),
  stream: fc.constantFrom(undefined, 'on' as const, 'off' as const),
})

test('the shares of a race that counts add up to one win, over two models or more', async () => {
  fc.assert(
    fc.property(anyRace, anyQuery, (each, query) => {
      const judged = judgeRace(each, query)
      fc.pre(judged.counts)
      if (!judged.counts) return
      const shares = toWinShares(judged.entries, betterBy[query.by])
      expect([...shares.values()].reduce((sum, share) => sum + share)).toBeCloseTo(1, 12)
      const hasAnswered = (model: string) =>
        judged.entries.some(({ row }) => row.model === model && row.outcome === 'done')
      expect(new Set(judged.entries.map(({ row }) => row.model)).size).toBeGreaterThanOrEqual(2)
      for (const [model, share] of shares) if (share > 0) expect(hasAnswered(model)).toBe(true)
    }),
  )
})

test('every race either counts or is left out, whatever their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRace, { maxLength: 20 }), anyQuery, async (races, query) => {
      const result = await board(races, query)
      const counted = races.filter((each) => judgeRace(each, query).counts).length
      const leftOut = result.leftOut.reduce((sum, { races }) => sum + races, 0)
      expect(counted + leftOut).toBe(races.length)
      for (const { races, wins, deadHeats } of result.rows)
        expect(wins + deadHeats).toBeLessThanOrEqual(races)
      const turned = await board([...races].reverse(), query)
      const withoutDust = (rows: typeof result.rows) =>
        rows.map(({ model, races, wins }) => [model, races, wins]).sort()
      expect(withoutDust(turned.rows)).toEqual(withoutDust(result.rows))
    }),
  )
})

test('rows come in order of the lower end of their intervals', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRace, { maxLength: 20 }), anyQuery, async (races, query) => {
      const lows = (await board(races, query)).rows.map(({ winRateLow }) => winRateLow)
      expect(lows).toEqual([...lows].sort((a, b) => b - a))
    }),
  )
})

test('of two models the win rate is what their head to head says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), anyTotalMs, fc.boolean()), { maxLength: 8 }),
      async (lanes) => {
        const each = race(lanes.map(([model, ms, isDone]) => (isDone ? lane(model, ms) : failed(model))))
        const { rows, headToHead } = await board([each])
        fc.pre(rows.length > 0)
        const [meeting] = headToHead
        const a = rows.find(({ model }) => model === 'a')
        // Shares are kept to a millionth.
        expect(a?.winRate).toBeCloseTo((meeting?.wins ?? 0) + (meeting?.ties ?? 0) / 2, 5)
      },
    ),
  )
})
