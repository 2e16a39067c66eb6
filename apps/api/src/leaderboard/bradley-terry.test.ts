import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLeague } from './bradley-terry.ts'

type Result = [first: number, second: number, firstWins: number, secondWins: number]

/** Logarithms of the strengths; the last player's is 0. */
function fit(players: number, results: readonly Result[]): number[] {
  const league = createLeague(
    players,
    results.map(([first, second]) => [first, second]),
  )
  const strengths = new Float64Array(players).fill(1)
  league.fit(Float64Array.from(results.flatMap(([, , won, lost]) => [won, lost])), strengths)
  return [...strengths].map((strength) => Math.log(strength / (strengths.at(-1) ?? 1)))
}

test('of two players the stronger is stronger by the odds', () => {
  expect(fit(2, [[0, 1, 3, 1]])[0]).toBeCloseTo(Math.log(3), 4)
  expect(fit(2, [[0, 1, 199, 1]])[0]).toBeCloseTo(Math.log(199), 4)
})

test('three that beat one another in a circle are equal', () => {
  const circle: Result[] = [
    [0, 1, 5, 2],
    [1, 2, 5, 2],
    [2, 0, 5, 2],
  ]
  for (const strength of fit(3, circle)) expect(strength).toBeCloseTo(0, 4)
})

test('in a chain the odds of neighbours multiply', () => {
  const chain: Result[] = [
    [0, 1, 3, 1],
    [1, 2, 4, 1],
  ]
  expect(fit(3, chain)[0]).toBeCloseTo(Math.log(12), 4)
})

test('the American League’s east of 1987 comes out as published', () => {
  // A. Agresti, Categorical Data Analysis, 2nd ed. (2002), table 10.10: 13 games each, these many won by the one on the
  // left. Estimates: H. Turner and D. Firth, "Bradley–Terry Models in R: The BradleyTerry2 Package", J. Stat. Software
  // 48 (2012), no. 9.
  const teams = ['Milwaukee', 'Detroit', 'Toronto', 'New York', 'Boston', 'Cleveland', 'Baltimore']
  const won = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
  ]
  const games = won.flatMap((row, one) =>
    row.flatMap((wins, other): Result[] => (one < other ? [[one, other, wins, won[other]![one]!]] : [])),
  )
  const published = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0]
  for (const [team, strength] of fit(teams.length, games).entries()) {
    expect(strength, teams[team]).toBeCloseTo(published[team]!, 4)
  }
})

test('a fit ends when it has arrived: within 330 sweeps for 12 models that finish 5,000 races in the same order', () => {
  const players = 12
  const pairs = Array.from({ length: players }, (_, one) =>
    Array.from({ length: one }, (_, other) => [other, one] as const),
  ).flat()
  // The phantom is the player after the last model, with a win and a loss against each.
  const phantom = Array.from({ length: players }, (_, one) => [one, players] as const)
  const wins = Float64Array.from([...pairs.flatMap(() => [5_000, 0]), ...phantom.flatMap(() => [1, 1])])
  let reads = 0
  const counted = new Proxy(wins, {
    get(target, key) {
      reads++
      return Reflect.get(target, key)
    },
  })
  createLeague(players + 1, [...pairs, ...phantom]).fit(counted, new Float64Array(players + 1).fill(1))
  // A sweep reads each win twice: for who won and for who lost.
  expect(reads / (2 * wins.length)).toBeLessThanOrEqual(330)
})

/** Everybody has beaten everybody at least a little, so a fit exists. */
const anyGames = fc.integer({ min: 2, max: 7 }).chain((players) => {
  const pairs = Array.from({ length: players }, (_, one) => one).flatMap((one) =>
    Array.from({ length: one }, (_, other) => [other, one] as const),
  )
  const wins = fc.integer({ min: 1, max: 2000 }).map((halves) => halves / 2)
  return fc.tuple(...pairs.map(() => fc.tuple(wins, wins))).map((scores) => ({
    players,
    games: pairs.map(([one, other], pair): Result => [one, other, ...scores[pair]!]),
  }))
})

test('each player’s wins are what the model expects', () => {
  fc.assert(
    fc.property(anyGames, ({ players, games }) => {
      const strengths = fit(players, games)
      const more = Array<number>(players).fill(0)
      let all = 0
      for (const [one, other, won, lost] of games) {
        const expected = (won + lost) / (1 + Math.exp(strengths[other]! - strengths[one]!))
        more[one]! += won - expected
        more[other]! -= won - expected
        all += won + lost
      }
      for (const surplus of more) expect(Math.abs(surplus) / all).toBeLessThan(1e-4)
    }),
  )
})

test('all games counted twice change nothing', () => {
  fc.assert(
    fc.property(anyGames, ({ players, games }) => {
      const twice = fit(
        players,
        games.map(([one, other, won, lost]) => [one, other, 2 * won, 2 * lost]),
      )
      for (const [player, strength] of fit(players, games).entries()) {
        expect(twice[player]).toBeCloseTo(strength, 6)
      }
    }),
  )
})

test('turning every result round turns every strength round', () => {
  fc.assert(
    fc.property(anyGames, ({ players, games }) => {
      const turned = fit(
        players,
        games.map(([one, other, won, lost]) => [one, other, lost, won]),
      )
      for (const [player, strength] of fit(players, games).entries()) {
        expect(turned[player]).toBeCloseTo(-strength, 3)
      }
    }),
  )
})
