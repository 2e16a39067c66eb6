import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { highlight } from './highlight.ts'

test('marks keywords and keeps every character', () => {
  const code = 'const a = "<b>" // & so on\n'
  const html = renderToStaticMarkup(highlight('ts', code))
  expect(html).toContain('<span class="hljs-keyword">const</span>')
  expect(html.replace(/<[^>]+>/g, '')).toBe('const a = &quot;&lt;b&gt;&quot; // &amp; so on\n')
})

test('knows languages by their short names, without regard to case', () => {
  for (const name of ['js', 'TypeScript', 'py', 'sh', 'yml', 'Go', 'sql', 'json']) {
    expect(highlight(name, 'x = 1')).not.toBeNull()
  }
})

test('leaves an unknown language plain', () => {
  expect(highlight('klingon', 'x = 1')).toBeNull()
  expect(highlight('__proto__', 'x = 1')).toBeNull()
})
