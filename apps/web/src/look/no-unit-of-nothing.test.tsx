/** A dash says that a figure does not exist: no place that prints one gives it a unit or a margin. */
import type { Leaderboard } from '@drag-race/contracts'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { BoardTable } from '../leaderboard/board-table.tsx'
import { StandingsTable } from '../race/standings-table.tsx'
import { TimeSlip } from '../race/time-slip.tsx'
import { Overhead } from '../telemetry/overhead.tsx'
import { row } from '../testing/board-row.ts'
import { fold, makeTape } from '../testing/tape.ts'
import { dash } from './figures.ts'

const board = { by: 'total', rows: [row({})] } as unknown as Leaderboard
const race = fold(makeTape({ lanes: [{ model: 'm', tokensAt: [], end: 'stopped', endAt: 5 }] }))
const [stopped] = race.lanes
const lane = { ...stopped!, startAt: null }

test.each([
  ['a model of the leaderboard that never answered', <BoardTable board={board} />],
  ['a lane that was stopped before its start, in the table', <StandingsTable lanes={[lane]} over={race} />],
  [
    'a lane that was stopped before its start, on its slip',
    <TimeSlip lane={lane} result={{ kind: 'stopped' }} over={race} />,
  ],
  [
    'a gateway that had no call yet',
    <Overhead dialect="built-in" overhead={{ count: 0, p50Ms: null, p99Ms: null, buckets: [] }} />,
  ],
])('%s', (_name, shown) => {
  const text = renderToStaticMarkup(shown).replace(/<[^>]*>/g, ' ')
  expect(text).toContain(dash)
  expect(text).not.toMatch(new RegExp(`${dash}\\s*(±|(ms|s|tok/s)\\b)`))
})
