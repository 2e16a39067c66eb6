/** Prints the table of errors and keeps it in bench/README.md, with machine, versions and date. */
import { type LaneErrors, type Spread, toSpread } from '@drag-race/contracts'
import { keepTable, toMachine } from '../keep-table.ts'
import type { Case } from './cases.ts'
import type { RoundResult } from './measure.ts'
import type { RoadSetting, Way } from './roads.ts'

export interface Cell {
  name: Case
  lanes: number
  rate: number
  rounds: RoundResult[]
}

export interface CaseSetting {
  rounds: number
  seconds: number
  history: number
  lanes: number[]
  rates: number[]
  isRealTime: boolean
}

/** In all three cases. */
export const aim = { lanes: [8], rates: [100] }
const aimMs = { ttft: 2, token: 3 }

export function writeReport(
  cells: readonly Cell[],
  setting: CaseSetting & { table: string },
  isKept: boolean,
) {
  const { rounds, seconds, history, isRealTime, table: name } = setting
  const lines = [
    `Median of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${seconds} s a race, over a history of ${history} races; ${toPriority(isRealTime)}; ${toMachine()}`,
    '',
    'Milliseconds. TTFT and total: as measured minus the simulator’s own. Token: its stamp minus the moment at which it was written.',
    '',
    '| beside it | lanes × tok/s | TTFT p50 | p90 | p99 | max | token p50 | p90 | p99 | max | total p50 | p90 | p99 | max | lag | skew |',
    `|---|---|${'--:|'.repeat(14)}`,
    ...cells.map(toRow),
    '',
    ...cells
      .filter(({ lanes, rate }) => aim.lanes.includes(lanes) && aim.rates.includes(rate))
      .map(toAimLine),
  ]
  const table = lines.join('\n')
  console.log(table)
  if (isKept) keepTable(name, table)
}

function toPriority(isRealTime: boolean): string {
  return isRealTime ? 'real-time priority' : 'normal priority'
}

function toRow(cell: Cell): string {
  const { ttft, token, total } = toSpreads(cell.rounds)
  const shares = ({ p50, p90, p99, max }: Spread) => [p50, p90, p99, max].map(toText)
  const lag = medianOf(cell, ({ lagMs }) => lagMs)
  const skew = medianOf(cell, ({ skewMs }) => skewMs)
  const cells = [...shares(ttft), ...shares(token), ...shares(total), toText(lag), toText(skew)]
  return `| ${cell.name} | ${cell.lanes} × ${cell.rate} | ${cells.join(' | ')} |`
}

function toAimLine(cell: Cell): string {
  const { ttft, token } = toSpreads(cell.rounds)
  const isMet = (ttft.p99 ?? Number.NaN) <= aimMs.ttft && (token.p99 ?? Number.NaN) <= aimMs.token
  return `${cell.name}: p99 of TTFT ${toText(ttft.p99)} (aim ${aimMs.ttft}), of a token ${toText(token.p99)} (aim ${aimMs.token}): ${isMet ? 'met' : 'missed'}.  `
}

/** How much of the error is the gateway's; the rest is the machine's, Node's and the reading thread's. */
export function writeRoads(ways: readonly Way[], setting: RoadSetting, isKept: boolean) {
  const { lanes, tokens, races, racesToWarm, isRealTime } = setting
  const lines = [
    `${lanes} lanes × 100 tok/s of ${tokens} tokens, in turns, nothing else beside them; median of ${races} races, after ${racesToWarm} to warm up; ${toPriority(isRealTime)}; ${toMachine()}`,
    '',
    '| road | TTFT p50 | p90 | p99 | max | token p50 | p90 | p99 | max |',
    `|---|${'--:|'.repeat(8)}`,
    ...ways.map(({ road, rounds }) => {
      const { ttft, token } = toSpreads(rounds)
      const shares = [ttft, token].flatMap(({ p50, p90, p99, max }) => [p50, p90, p99, max])
      return `| ${road} | ${shares.map(toText).join(' | ')} |`
    }),
  ]
  const table = lines.join('\n')
  console.log(table)
  if (isKept) keepTable('roads', table)
}

function toSpreads(rounds: readonly RoundResult[]) {
  const spread = (pick: (errors: LaneErrors) => number[]) =>
    medianSpread(rounds.map(({ errors }) => toSpread(errors.flatMap(pick))))
  return {
    ttft: spread(({ ttftMs }) => (ttftMs === null ? [] : [ttftMs])),
    token: spread(({ tokensMs }) => tokensMs),
    total: spread(({ totalMs }) => (totalMs === null ? [] : [totalMs])),
  }
}

function medianSpread(spreads: readonly Spread[]): Spread {
  const median = (pick: (spread: Spread) => number | null) =>
    toSpread(spreads.flatMap((spread) => pick(spread) ?? [])).p50
  return {
    count: spreads.reduce((sum, { count }) => sum + count, 0),
    p50: median(({ p50 }) => p50),
    p90: median(({ p90 }) => p90),
    p99: median(({ p99 }) => p99),
    max: median(({ max }) => max),
  }
}

function medianOf({ rounds }: Cell, pick: (round: RoundResult) => number | null): number | null {
  return toSpread(rounds.flatMap((round) => pick(round) ?? [])).p50
}

function toText(ms: number | null): string {
  return ms === null ? '—' : ms.toFixed(2)
}
