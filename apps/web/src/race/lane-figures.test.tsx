import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { LaneFigures } from './lane-figures.tsx'

test('tokens that were counted but never came as text are shown, as on the slip', () => {
  const [lane] = fold(makeTape({ lanes: [{ model: 'm', tokensAt: [], end: 'done', endAt: 90 }] })).lanes
  if (lane?.outcome?.kind !== 'done') throw new Error('not done')
  const { event } = lane.outcome
  const called = {
    ...lane,
    outcome: { kind: 'done', event: { ...event, usage: { ...event.usage, outputTokens: 12 } } },
  } as const
  expect(figures(called)).toContain('12')
  expect(figures(lane)).not.toContain('0')
})

test('the speed of a finished lane has its margin, and a burst has no speed', () => {
  const [timed, burst] = fold(
    makeTape({
      lanes: [
        { model: 'm', tokensAt: [100, 150, 200], end: 'done' },
        { model: 'm', tokensAt: [100, 100.01], end: 'done' },
      ],
    }),
  ).lanes
  expect(figures(timed!, 'tok/s')).toBe('20 ±\u00a00.4')
  expect(figures(burst!, 'tok/s')).toBe('— too short to time')
})

function figures(lane: Parameters<typeof LaneFigures>[0]['lane'], unit = 'tokens'): string {
  const html = renderToStaticMarkup(
    <LaneFigures lane={lane} isRunning={false} errorMs={1} silentSeconds={null} />,
  )
  const cell = html.split(`${unit}</dt>`)[1]?.split('</dd>')[0] ?? ''
  return cell.replaceAll(/<[^>]*>/g, '')
}
