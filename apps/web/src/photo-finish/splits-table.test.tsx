import type { RaceEvent } from '@drag-race/contracts'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { toCurves } from './curves.ts'
import { SplitsTable } from './splits-table.tsx'

test('splits have the same ± as the slips: the margin, and the lag of a disturbed clock added to it', () => {
  expect(textOf(0.4, false)).toContain('from each lane’s own request, ±\u00a01.0\u00a0ms.')
  expect(textOf(84.36, true)).toContain('from each lane’s own request, ±\u00a085\u00a0ms.')
})

test('thousands of milliseconds are separated, as everywhere', () => {
  const tape = makeTape({ lanes: [{ model: 'm', tokensAt: [10, 12_454.1], end: 'done' }] })
  const html = renderToStaticMarkup(<SplitsTable curves={toCurves(fold(tape))} end={null} />)
  expect(html).toContain('>12,454.10<')
})

function textOf(lagMs: number, disturbed: boolean): string {
  const clock = { calibratedAt: null, lagMs, disturbed, sentinel: null }
  const withClock = (event: RaceEvent): RaceEvent => (event.type === 'race-end' ? { ...event, clock } : event)
  const tape = makeTape({ lanes: [{ model: 'm', tokensAt: [10, 20, 30], end: 'done' }], marginMs: 1 })
  const race = fold(tape.map(withClock))
  return renderToStaticMarkup(<SplitsTable curves={toCurves(race)} end={race.end} />).replaceAll(
    /<[^>]*>/g,
    '',
  )
}
