import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { LaneFigures } from './lane-figures.tsx'
import { fold, makeTape } from './tape-for-tests.ts'

test('tokens that were counted and never seen as text are shown, as the slip does', () => {
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

function figures(lane: Parameters<typeof LaneFigures>[0]['lane']): string {
  const html = renderToStaticMarkup(
    <LaneFigures lane={lane} isRunning={false} marginMs={1} silentSeconds={null} />,
  )
  return /tokens<\/dt><dd[^>]*>(.*?)<\/dd>/.exec(html)?.[1] ?? ''
}
