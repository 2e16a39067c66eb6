/** The rates of the null test, as a table that is printed and kept in bench/README.md. */
import { type Leaderboard, type Measure, toSpread } from '@drag-race/contracts'
import { keepTable, toMachine } from '../keep-table.ts'
import type { NullRace } from './races.ts'

interface Found {
  exact: NullRace[]
  exactBoard: Leaderboard
  jittered: NullRace[]
  boards: { by: Measure; board: Leaderboard }[]
  racesABlock: number
}

/** How many boards are drawn at random from the outcomes. */
const drawnBoards = 10_000

export function writeReport(found: Found, isKept: boolean) {
  const { exact, exactBoard, jittered, boards, racesABlock } = found
  const margins = toSpread([...exact, ...jittered].map(({ errorMs }) => errorMs))
  const covering = boards.filter(({ board }) => holdsHalf(board)).length
  const wins = jittered.filter(({ winner }) => winner === 0).length
  const ties = jittered.filter(({ isDeadHeat }) => isDeadHeat).length
  const exactGaps = toSpread(exact.map(gapMs))
  const lines = [
    `${toMachine()} Margin of the races ± ${margins.p50?.toFixed(2)} ms.`,
    '',
    '| | | |',
    '|---|--:|---|',
    row(
      'exact twins: dead heats',
      share(exact.filter(({ isDeadHeat }) => isDeadHeat).length, exact.length),
      `the lanes were ${exactGaps.p50?.toFixed(2)} ms apart (median), ${exactGaps.max?.toFixed(2)} at most; in the simulator’s books ${toSpread(exact.map(({ trueGapMs }) => trueGapMs)).max?.toFixed(2)} at most`,
    ),
    row(
      'places that the margin contradicts',
      share([...exact, ...jittered].filter(isContradicted).length, exact.length + jittered.length),
      'a dead heat beyond the margin, or a win within it: none is allowed',
    ),
    row(
      'exact twins: the board’s interval holds 50 %',
      holdsHalf(exactBoard) ? 'yes' : 'NO',
      toText(exactBoard),
    ),
    row(
      'jittered twins: wins of the first name',
      share(wins + ties / 2, jittered.length),
      `${ties} dead heats among ${jittered.length} races, half a win each`,
    ),
    row(
      `boards of ${racesABlock} races whose interval holds 50 %`,
      share(covering, boards.length),
      `read from /api/leaderboard by total, TTFT and decode; exactly ${percent(exactCover(racesABlock))} of fair boards without ties do`,
    ),
    row(
      `drawn boards of ${jittered.length} races that do`,
      percent(drawnCover(jittered)),
      `${drawnBoards} times the names of each race were swapped by a coin; exactly ${percent(exactCover(jittered.length))} without ties`,
    ),
  ]
  const table = lines.join('\n')
  console.log(table)
  if (isKept) keepTable('null', table)
}

function gapMs({ totalsMs: [a, b] }: NullRace): number {
  return Math.abs(a - b)
}

/** Compares two decimals, as on the tape: 3.4700000000000273 is not more than 3.47. */
function isContradicted(race: NullRace): boolean {
  const isWithin = Math.round(gapMs(race) * 100) <= Math.round(race.errorMs * 100)
  return isWithin !== race.isDeadHeat
}

/** Whether both models' intervals hold 50 %; the one mirrors the other. */
function holdsHalf({ rows }: Leaderboard): boolean {
  return (
    rows.length === 2 && rows.every(({ winRateLow, winRateHigh }) => winRateLow <= 0.5 && winRateHigh >= 0.5)
  )
}

function toText({ rows }: Leaderboard): string {
  return rows
    .map(({ model, winRateLow, winRateHigh }) => `${model} ${percent(winRateLow)} to ${percent(winRateHigh)}`)
    .join(', ')
}

/**
 * Whether a 95 % interval that inverts the score test (Wilson's) contains one half: it does when the wins are within
 * 1.96 standard deviations of a fair coin's mean. Written here a second time on purpose, because the boards above come
 * from the app's own code.
 */
function scoreHoldsHalf(credit: number, races: number): boolean {
  return Math.abs(credit - races / 2) <= 1.959964 * Math.sqrt(races / 4)
}

/** The chance that a board of fair races without ties contains one half: a sum over the binomial distribution. */
function exactCover(races: number): number {
  let chance = 0.5 ** races
  let covered = 0
  for (let wins = 0; wins <= races; wins++) {
    if (scoreHoldsHalf(wins, races)) covered += chance
    chance *= (races - wins) / (wins + 1)
  }
  return covered
}

function drawnCover(races: readonly NullRace[]): number {
  let covering = 0
  for (let board = 0; board < drawnBoards; board++) {
    let credit = 0
    for (const { winner } of races) credit += winner === null ? 0.5 : Math.random() < 0.5 ? 1 : 0
    if (scoreHoldsHalf(credit, races.length)) covering++
  }
  return covering / drawnBoards
}

function share(count: number, of: number): string {
  return `${percent(count / of)} of ${of}`
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}
