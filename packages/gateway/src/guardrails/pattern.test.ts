/** Any pattern that a config can use finds what JavaScript's own engine finds, however the text is cut into pieces. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Detector } from './detector.ts'
import { createPattern } from './pattern.ts'
import { createScanner } from './scanner.ts'

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\d', '\\w', 'é', '😀', '\\b', '\\B')
const many = fc.constantFrom('?', '{2}', '{0,2}', '{1,3}', '{1,3}?', '??')
/** `before` is put before everything that is repeated. */
const sources = (before: string) =>
  fc.letrec<{ source: string; row: string; part: string }>((tie) => ({
    source: fc.array(tie('row'), { minLength: 1, maxLength: 3 }).map((rows) => rows.join('|')),
    row: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      atom,
      tie('source').map((inner) => `(?:${inner})`),
      tie('source').map((inner) => `(${inner})`),
      fc.tuple(tie('source'), many).map(([inner, times]) => `(?:${before}(?:${inner}))${times}`),
    ),
  })).source
const text = fc.array(fc.constantFrom('a', 'a', 'b', '1', ' ', '-', 'é', '😀'), { maxLength: 24 })
const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })

/** null for patterns that a config must not use. */
function toPattern(source: string) {
  try {
    return createPattern({ label: 'x', source })
  } catch {
    return null
  }
}

function mask(pattern: Detector, pieces: readonly string[]): string {
  const scanner = createScanner(pattern, () => '#')
  return pieces.map((piece) => scanner.push(piece)).join('') + scanner.end()
}

function cut(whole: string, sizes: readonly number[]): string[] {
  const pieces: string[] = []
  for (let from = 0, turn = 0; from < whole.length; turn++) {
    const size = sizes[turn % sizes.length]!
    pieces.push(whole.slice(from, from + size))
    from += size
  }
  return pieces
}

/** Gives how many of them were patterns that a config can use. */
function checkAll(
  source: fc.Arbitrary<string>,
  check: (pattern: Detector, source: string, whole: string, pieces: string[]) => void,
): number {
  let tried = 0
  fc.assert(
    fc.property(source, text, sizes, (written, letters, parts) => {
      const pattern = toPattern(written)
      if (!pattern) return
      tried++
      const whole = letters.join('')
      check(pattern, written, whole, cut(whole, parts))
    }),
    { numRuns: 400 },
  )
  return tried
}

test('masks a text in pieces like the whole', () => {
  const tried = checkAll(sources(''), (pattern, _source, whole, pieces) => {
    expect(mask(pattern, pieces)).toBe(mask(pattern, [whole]))
  })
  expect(tried).toBeGreaterThan(100)
})

// What is repeated is never empty here: engines disagree on how often an empty text matches.
test('masks a text as JavaScript does', () => {
  const tried = checkAll(sources('[ab1]'), (pattern, source, whole, pieces) => {
    expect(mask(pattern, pieces)).toBe(whole.replace(new RegExp(source, 'gu'), '#'))
  })
  expect(tried).toBeGreaterThan(100)
})

test('a pattern that would hang a backtracking engine takes the time of its text', () => {
  const pattern = createPattern({ label: 'x', source: '(?:(?:a{1,3}){1,9}){1,9}b' })
  expect(pattern.find('a'.repeat(20_000), 0)).toBeNull()
})
