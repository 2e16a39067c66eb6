import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { RaceRow } from './race-row.tsx'
import { isSameToHear, StandingsTable } from './standings-table.tsx'

const over = fold(
  makeTape({
    lanes: [
      { model: 'short', tokensAt: [10], end: 'done', endAt: 500, finishReason: 'length' },
      { model: 'whole', tokensAt: [10], end: 'done', endAt: 900 },
    ],
  }),
)

test('a lane’s row is rendered again when the lane starts, and not for each token', () => {
  const tape = makeTape({ lanes: [{ model: 'm', tokensAt: [10, 20], end: 'running' }], reason: null })
  const [waiting, running, first, second] = [1, 2, 4, 5].map((events) => ({
    lane: fold(tape.slice(0, events)).lanes[0]!,
    over: null,
  }))
  expect(isSameToHear(waiting!, running!)).toBe(false)
  expect(isSameToHear(running!, first!)).toBe(false)
  expect(isSameToHear(first!, second!)).toBe(true)
})

test('an answer that was cut has a mark in the table and on the strip, and a whole one has none', () => {
  const table = renderToStaticMarkup(<StandingsTable lanes={over.lanes} over={over} />)
  expect(table).toContain('<td>WIN by 0.40 s, answer cut</td>')
  expect(table).toContain('<td>2nd, +0.40 s</td>')
  const [short, whole] = over.lanes.map((lane) =>
    renderToStaticMarkup(<RaceRow lane={lane} finish="done" over={over} />),
  )
  expect(short).toContain('acme, answer cut')
  expect(whole).not.toContain('answer cut')
})
