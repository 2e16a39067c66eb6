import { expect, test } from 'vitest'
import { toDataImage, toLinkTarget } from './link-target.ts'

test.each([
  ['https://x.example/a?b=1#c', 'https://x.example/a?b=1#c'],
  ['HTTP://X.example', 'http://x.example/'],
  ['https://x.example/?a=1&amp;b=2', 'https://x.example/?a=1&b=2'],
  [' https://x.example/ä b ', 'https://x.example/%C3%A4%20b'],
  ['mailto:a@b.example', 'mailto:a@b.example'],
  ['ht\ntps://x.example/', 'https://x.example/'],
])('%s leads somewhere', (href, address) => {
  expect(toLinkTarget(href)?.href).toBe(address)
})

test.each([
  'javascript:alert(1)',
  'java\tscript:alert(1)',
  '\u0000javascript:alert(1)',
  '&#x6a;avascript:alert(1)',
  'javascript&colon;alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://x.example/1',
  '//x.example/a',
  '/a',
  '#a',
  '',
  'http:',
  'https://',
  'http:///',
  'http://:80',
])('%s leads nowhere', (href) => {
  expect(toLinkTarget(href)).toBeNull()
})

test('a literal address is not decoded', () => {
  expect(toLinkTarget('https://x.example/?a&amp;b', true)?.href).toBe('https://x.example/?a&amp;b')
})

test('a picture inside an answer is a bitmap in base64', () => {
  expect(toDataImage('data:image/png;base64,iVBORw0KGgo=')).toBe('data:image/png;base64,iVBORw0KGgo=')
  expect(toDataImage(' DATA:image/png;base64,iVBORw0KGgo&#61; ')).toBe('DATA:image/png;base64,iVBORw0KGgo=')
  expect(toDataImage('x data:image/png;base64,iVBORw0KGgo=')).toBeNull()
  expect(toDataImage('data:image/png;base64,iVBORw0KGgo=">')).toBeNull()
  expect(toDataImage('data:image/svg+xml;base64,PHN2Zz4=')).toBeNull()
  expect(toDataImage('data:image/png,<svg onload=x>')).toBeNull()
  expect(toDataImage('https://x.example/a.png')).toBeNull()
})
