import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { toCurves } from './curves.ts'
import { Drawing } from './drawing.tsx'

test('an arrival has one tick, however many splits it brings', () => {
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

test('on a narrow phone the time axis has a label besides zero, so that its scale can be read', () => {
  const [curve] = toCurves(fold(makeTape({ lanes: [{ model: 'm', tokensAt: [10], end: 'done' }] })))
  for (const toMs of [45, 99, 457, 1_130, 24_900]) {
    const html = renderToStaticMarkup(
      <svg>
        <title>Photo finish</title>
        <Drawing
          curves={[{ ...curve!, endMs: toMs }]}
          span={{ fromMs: 0, toMs }}
          marginMs={1}
          frame={{ height: 272, left: 51, right: 266, top: 19, bottom: 242, remPx: 16 }}
        />
      </svg>,
    )
    expect([...html.matchAll(/>\d[\d.]* m?s</g)].length, `${toMs} ms`).toBeGreaterThan(0)
  }
})
