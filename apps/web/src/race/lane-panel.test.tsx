import type { LaneError, RaceEvent, RaceState } from '@drag-race/contracts'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { fold, type LaneScript, makeTape } from '../testing/tape.ts'
import { LanePanel } from './lane-panel.tsx'

// The module needs a browser, which unit tests do not have.
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

test('a lane that failed shows the attempts, and the request id to search the log with', () => {
  const attempt = { provider: 'acme', model: 'm', status: null, durationMs: 3 }
  const gateway = {
    ...{ requestId: 'req_1', provider: 'acme', model: 'm', ttftMs: null, durationMs: 9 },
    ...{ overheadMs: 1, costUsd: null },
    attempts: [
      { ...attempt, target: 'a', outcome: 'http_503', waitMs: 0 },
      { ...attempt, target: 'b', outcome: 'upstream_unreachable', waitMs: 250 },
    ],
  }
  const html = panel(failed({ gateway, requestId: 'req_1' }), 0)
  expect(html).toContain('a http_503, waited 0.25 s, b upstream_unreachable')
  expect(html).toContain('<code>req_1</code>')
  // The gateway refused the request before it tried anything.
  expect(panel(failed({ gateway: { ...gateway, attempts: [] } }), 0)).not.toContain('tried')
})

test('a lane that failed before the gateway answered shows neither attempts nor id', () => {
  const html = panel(failed({}), 0)
  expect(html).toContain('Stream cut.')
  expect(html).not.toMatch(/tried|log/)
})

test('a provider is never asked again sooner than it wants, by what the lane says of it', () => {
  const html = (retryAfterMs: number) => panel(failed({ retryAfterMs }), 0)
  expect(html(400)).toContain('asks to wait 1 s')
  expect(html(20_400)).toContain('asks to wait 21 s')
  expect(html(3_600_000)).toContain('asks to wait 3,600 s')
  const limited = failed({ retryAfterMs: 400, status: 429, message: 'Slow down. Wait 1 s and race again.' })
  expect(panel(limited, 0)).not.toContain('asks to wait')
})

test('a lane that answered with a tool call shows it as text, and not that nothing arrived', () => {
  const html = panel(called('run<b>{"path":"<img src=x onerror=alert(1)>"}'), 0)
  expect(html).toContain('<code>run&lt;b&gt;</code>')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(html).not.toMatch(/<img|<b>|No answer/)
  // Only the id of the tool call came.
  expect(panel(called(''), 0)).toContain('It answered with a tool call without a name.')
  const silent = makeTape({ lanes: [{ model: 'real', tokensAt: [], end: 'stopped', endAt: 10 }] })
  expect(panel(fold(silent), 0)).toContain('No answer arrived.')
})

/** A race whose first lane answered with this tool call alone. */
function called(content: string): RaceState {
  const tape = makeTape({ lanes: [{ model: 'real', tokensAt: [10], end: 'done' }] })
  return fold(
    tape.map(
      (event): RaceEvent => (event.type === 'token' ? { ...event, kind: 'tool-call', content } : event),
    ),
  )
}

/** A race whose first lane failed, with `more` in its `error` event. */
function failed(more: Partial<LaneError>): RaceState {
  const tape = makeTape({ lanes: [{ model: 'real', tokensAt: [10], end: 'failed' }] })
  return fold(tape.map((event) => (event.type === 'error' ? { ...event, ...more } : event)))
}

test.each([
  ['failed', 'finished'],
  ['failed', null],
  ['stopped', null],
] as const)('a sentinel that %s cannot be run again: nobody asked for its lane; race %s', (end, reason) => {
  const html = panel(race(end, reason), 1)
  expect(html).toContain('sim-sentinel')
  expect(html).not.toContain('Rerun lane')
})
