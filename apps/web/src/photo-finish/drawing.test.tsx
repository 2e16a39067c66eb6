import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { toCurves } from './curves.ts'
import { Drawing } from './drawing.tsx'

test('an arrival has one tick, whatever splits it brings', () => {
  const curves = toCurves(
    fold(makeTape({ lanes: [{ model: 'm', tokensAt: [10, 20, 30, 40], end: 'done', endAt: 45 }] })),
  )
  const html = renderToStaticMarkup(
    <svg>
      <title>Photo finish</title>
      <Drawing
        curves={curves}
        span={{ fromMs: 0, toMs: 50 }}
        marginMs={1}
        frame={{ height: 300, left: 50, right: 590, top: 10, bottom: 270, remPx: 16 }}
      />
    </svg>,
  )
  expect([...html.matchAll(/<title>([^<]*), lane 1/g)].map(([, name]) => name)).toEqual([
    'first token',
    'half way',
    'last token',
    'end',
  ])
})
