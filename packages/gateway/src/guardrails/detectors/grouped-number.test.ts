/** Whatever the text, the search with running checks finds what the plain definition of a number finds. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Span } from '../detector.ts'
import { createScanner } from '../scanner.ts'
import { createCardNumber } from './card-number.ts'
import { createIban } from './iban.ts'

interface Definition {
  unit: string
  neighbour: string
  unitsMin: number
  unitsMax: number
  /** The whole number, separators left out. */
  isNumber(units: string): boolean
}

const separator = '[ \\u00a0\\u2007\\u2009\\u202f\\-\\u2010\\u2011\\u2012\\u2013\\u2014]'

const definitions = {
  'card-number': {
    create: createCardNumber,
    is: { unit: '[0-9]', neighbour: '[0-9]', unitsMin: 13, unitsMax: 19, isNumber: isCard },
    alphabet: [...'0123456789', '4', '4', ' ', ' ', '-', '\u2009', 'x', '  '],
    numbers: ['4111111111111111', '4222222222222', '378282246310005', '6304000000000000000'],
  },
  iban: {
    create: createIban,
    is: { unit: '[A-Z0-9]', neighbour: '[A-Za-z0-9]', unitsMin: 15, unitsMax: 34, isNumber: isIban },
    alphabet: [...'0123456789', 'A', 'B', 'AA', 'ZZ99', 'AA11', ' ', ' ', '-', '\u2009', 'x', '  '],
    numbers: ['DE89370400440532013000', 'GB82WEST12345698765432', 'NO9386011117947', 'AA11', 'FR76'],
  },
}

/** The first number: from each start of a group, the longest row of characters and single separators that is one. */
function findPlainly(
  { unit, neighbour, unitsMin, unitsMax, isNumber }: Definition,
  text: string,
  from: number,
) {
  const start = new RegExp(`(?<!${neighbour})${unit}`, 'g')
  start.lastIndex = from
  for (let begin = start.exec(text); begin; begin = start.exec(text)) {
    for (let units = unitsMax; units >= unitsMin; units--) {
      const row = new RegExp(`${unit}(?:${separator}?${unit}){${units - 1}}(?!${neighbour})`, 'y')
      row.lastIndex = begin.index
      const found = row.exec(text)
      const isFound = found && isNumber(found[0].replaceAll(new RegExp(separator, 'g'), ''))
      if (isFound) return { start: begin.index, end: row.lastIndex } satisfies Span
    }
  }
  return null
}

function isCard(digits: string): boolean {
  const values = [...digits].reverse().map((digit, place) => Number(digit) * (place % 2 === 1 ? 2 : 1))
  const sum = values.reduce((total, value) => total + (value > 9 ? value - 9 : value), 0)
  return /^[2-6]/.test(digits) && sum % 10 === 0
}

function isIban(units: string): boolean {
  const turned = units.slice(4) + units.slice(0, 4)
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return /^[A-Z]{2}\d\d/.test(units) && BigInt(digits) % 97n === 1n
}

describe.each(Object.entries(definitions))('%s', (_, { create, is, alphabet, numbers }) => {
  const detector = create()
  const grouped = (number: string, sizes: number[], gap: string) => {
    const cuts = sizes.map((_, group) => sizes.slice(0, group + 1).reduce((sum, size) => sum + size))
    return [0, ...cuts].map((from, group) => number.slice(from, cuts[group])).join(gap)
  }
  const written = fc
    .tuple(
      fc.constantFrom(...numbers),
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 7 }),
      fc.constantFrom('', ' ', '-'),
    )
    .map(([number, sizes, gap]) => grouped(number, sizes, gap))
  /** Rows of characters, in which numbers occur by chance, and numbers in groups. */
  const texts = fc
    .array(
      fc.oneof(
        { weight: 1, arbitrary: written },
        {
          weight: 3,
          arbitrary: fc
            .array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 40 })
            .map((each) => each.join('')),
        },
      ),
      { maxLength: 4 },
    )
    .map((each) => each.join(''))

  test('the search finds what the definition finds, from wherever', () => {
    const { find } = detector
    fc.assert(
      fc.property(texts, fc.nat({ max: 60 }), (text, at) => {
        const from = Math.min(at, text.length)
        expect(find(text, from)).toEqual(findPlainly(is, text, from))
      }),
      { numRuns: 3_000 },
    )
  })

  test('so it does in a text that comes in slices', () => {
    const slices = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(texts, slices, (text, sizes) => {
        const scanner = createScanner(detector, () => '#')
        let passed = ''
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length]!
          passed += scanner.push(text.slice(at, at + size))
          at += size
        }
        expect(passed + scanner.end()).toBe(maskPlainly(is, text))
      }),
      { numRuns: 2_000 },
    )
  })
})

function maskPlainly(is: Definition, text: string): string {
  let masked = ''
  let from = 0
  for (let span = findPlainly(is, text, 0); span; span = findPlainly(is, text, from)) {
    masked += `${text.slice(from, span.start)}#`
    from = span.end
  }
  return masked + text.slice(from)
}
