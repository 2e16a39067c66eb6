/** A text in pieces is masked like the whole, whatever the pieces: all other code relies on that. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Detector } from './detector.ts'
import { detectors } from './detectors/detectors.ts'
import { createPattern } from './pattern.ts'
import { createChain, createScanner } from './scanner.ts'

const own = [
  createPattern({ label: 'ticket', source: '\\bTICKET-\\d{3,6}\\b', flags: 'i' }),
  createPattern({ label: 'lazy', source: 'a{1,5}?b|(?:ab|a){2,4}c' }),
  createPattern({ label: 'nested', source: '(?:(?:x|xy){1,3}z){1,3}\\b' }),
  createPattern({ label: 'wide', source: '[^a]{2,4}é|😀{2,3}' }),
  createPattern({ label: 'dots', source: 's.{0,6}e', flags: 's' }),
]
const all: Detector[] = [...Object.values(detectors).map((create) => create()), ...own]

/** Matches, halves of matches, and texts between them. */
const piece = fc.constantFrom(
  ...['4111 1111 1111 1111', '5555555555554444', '4111-1111-', '1111', '378282246310005', ' 12 34', '7'],
  ...['a.b+c@mail.example.co.uk', 'grüß@bücher.de', 'x@y', '@', '.', 'name_1', 'me@'],
  ...['sk-proj-abcdefghijklmnop12345', 'ghp_0123456789abcdefghij', 'AKIAIOSFODNN7EXAMPLE', 'sk-', 'xoxb-123'],
  ...['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-DEF_123', 'eyJhbGci', '.eyJ'],
  ...['-----BEGIN RSA PRIVATE KEY-----', 'MIIEow\nIBAAK', '-----END RSA PRIVATE KEY-----', '-----BEGIN '],
  ...['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432', 'DE89 3704', 'IN', 'FR'],
  ...[
    'TICKET-1234',
    'ticket-99',
    'TICKET',
    'aab',
    'aabac',
    'xxyz',
    'xyzxz',
    '😀',
    '😀😀é',
    'ée',
    's  e',
    's\ne',
  ],
  ...[' ', '\n', ', ', 'The quick brown fox', 'a', 'b', '-', '…', '9'],
)
const words = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))
/** It cuts also between the halves of a letter beyond 16 bits. */
const cut = (text: string, sizes: readonly number[]): string[] => {
  const pieces: string[] = []
  for (let from = 0, turn = 0; from < text.length; turn++) {
    const size = sizes[turn % sizes.length]!
    pieces.push(text.slice(from, from + size))
    from += size
  }
  return pieces
}
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })

/** All that was passed on after each piece, and at the end. */
function mask(use: readonly Detector[], pieces: readonly string[]): string[] {
  const chain = createChain(use.map((detector) => createScanner(detector, () => `[${detector.label}]`)))
  let out = ''
  const states = pieces.map((each) => {
    out += chain.push(each)
    return out
  })
  return [...states, out + chain.end()]
}

describe.each(all)('$label', (detector) => {
  test('masks a text in pieces like the whole, and shows at no time what the whole does not', () => {
    fc.assert(
      fc.property(words, sizes, (text, parts) => {
        const whole = mask([detector], [text]).at(-1)!
        const states = mask([detector], cut(text, parts))
        expect(states.at(-1)).toBe(whole)
        for (const state of states) expect(whole.startsWith(state)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('a span that begins before `open` is the same when the text goes on', () => {
    fc.assert(
      fc.property(words, fc.nat(), (text, at) => {
        const prefix = text.slice(0, at % (text.length + 1)).replace(/[\ud800-\udbff]$/, '')
        const open = detector.open(prefix, 0)
        const span = detector.find(prefix, 0)
        if (span && span.start < open) expect(detector.find(text, 0)).toEqual(span)
      }),
      { numRuns: 400 },
    )
  })
})

test('all of them in a row mask a text in pieces like the whole', () => {
  fc.assert(
    fc.property(words, sizes, (text, parts) => {
      const whole = mask(all, [text]).at(-1)!
      expect(mask(all, cut(text, parts)).at(-1)).toBe(whole)
    }),
    { numRuns: 200 },
  )
})

test('holds back no more than what could begin a match', () => {
  const scanner = createScanner(detectors.email(), () => '[email]')
  expect(scanner.push('write to me')).toBe('write to ')
  expect(scanner.push(' soon')).toBe('me ')
  expect(scanner.push(', or not. ')).toBe('soon, or not. ')
  expect(scanner.end()).toBe('')
})

test('a row of letters that could go on for ever is passed on once it is longer than any match', () => {
  const long = 'a'.repeat(10_000)
  for (const detector of all) {
    const scanner = createScanner(detector, () => '[x]')
    const passed = scanner.push(long)
    expect(passed.length).toBeGreaterThan(long.length - 1_001)
    expect(passed + scanner.end()).toBe(long)
  }
})
