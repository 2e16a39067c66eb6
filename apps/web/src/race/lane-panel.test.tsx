import type { RaceState } from '@drag-race/contracts'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { LanePanel } from './lane-panel.tsx'
import { fold, type LaneScript, makeTape } from './tape-for-tests.ts'

// It asks a browser, which is not here.
vi.mock('../look/use-is-printing.ts', () => ({ useIsPrinting: () => false }))

function race(end: LaneScript['end'], reason: 'finished' | null): RaceState {
  const asked = { model: 'real', tokensAt: [10] }
  return fold(
    makeTape({
      lanes: [
        { ...asked, end: reason === null ? 'running' : end },
        { ...asked, model: 'sim-sentinel', sentinel: true, end },
      ],
      reason,
    }),
  )
}

const panel = (state: RaceState, lane: number) =>
  renderToStaticMarkup(
    <LanePanel lane={state.lanes[lane]!} over={state.end === null ? null : state} isLost={false} />,
  )

test('a lane that failed can be run again alone', () => {
  expect(panel(race('failed', 'finished'), 0)).toContain('Rerun lane')
})

test.each([
  ['failed', 'finished'],
  ['failed', null],
  ['stopped', null],
] as const)('a sentinel that %s cannot: it is no lane that was asked for; race %s', (end, reason) => {
  const html = panel(race(end, reason), 1)
  expect(html).toContain('sim-sentinel')
  expect(html).not.toContain('Rerun lane')
})
