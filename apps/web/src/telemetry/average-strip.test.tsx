import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { AverageStrip } from './average-strip.tsx'

test('a first token that is later than every end is on the scale, which names it', () => {
  // Only calls that stream have a first token; the average duration also holds the quick ones that do not.
  const counts = { requests: 3, inputTokens: 1, outputTokens: 2, timePerOutputTokenMs: null }
  const row = { ...counts, provider: 'acme', model: 'm', ttftMs: 5000, durationMs: 1000 }
  const html = renderToStaticMarkup(<AverageStrip rows={[row]} />)
  expect(html).toContain('all on one scale of 5.0 s')
  expect(html).toContain('translateX(100%)')
  expect(html).toContain('scaleX(0.2)')
})
