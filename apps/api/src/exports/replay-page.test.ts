import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { escapeForScript, readReplayPage } from './replay-page.ts'

function folderWith(html: string | null): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'replay-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(path.join(folder, 'export'))
  if (html !== null) writeFileSync(path.join(folder, 'export/replay.html'), html)
  return folder
}

test('the tape takes the place of the mark in the built page, in a script that does not run', () => {
  const { before, after } = readReplayPage(folderWith('<body><!--tape--><script>run()</script></body>'))
  expect(`${before}TAPE${after}`).toBe(
    '<body><script type="application/jsonl" id="tape">\nTAPE</script><script>run()</script></body>',
  )
})

test.each([null, 'a page without the mark'])(
  'a page that is not built (%s) is refused with what to do',
  (html) => {
    expect(() => readReplayPage(folderWith(html))).toThrow(/not built yet\. Run: npm start/)
  },
)

test('any event can stand in a script: nothing in it is a tag, and it is still the same event', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('</script>', '<!--', '<script>', '\u2028', '\u2029', ']]>', '&lt;', '\\u003c'),
  )
  fc.assert(
    fc.property(fc.array(text), (content) => {
      const line = JSON.stringify({ content })
      const escaped = escapeForScript(line)
      expect(escaped).not.toMatch(/[<>&\u2028\u2029]/)
      expect(JSON.parse(escaped)).toEqual(JSON.parse(line))
    }),
  )
})
