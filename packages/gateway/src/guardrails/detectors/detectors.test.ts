/** What the built-in detectors find, and what they leave alone. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPattern } from '../pattern.ts'
import { createScanner } from '../scanner.ts'
import { apiKeyPattern } from './api-key.ts'
import { type DetectorName, detectors } from './detectors.ts'
import { emailPattern } from './email.ts'
import { privateKeyPattern } from './private-key.ts'

const mask = (name: DetectorName, text: string) => {
  const scanner = createScanner(detectors[name](), () => '#')
  return scanner.push(text) + scanner.end()
}

const found: [DetectorName, string, string][] = [
  ['card-number', '4111111111111111', '#'],
  ['card-number', 'Visa 4111 1111 1111 1111, and', 'Visa #, and'],
  ['card-number', 'Amex 3782-822463-10005.', 'Amex #.'],
  ['card-number', 'no. 12: 5555\u00a05555\u00a05555\u00a04444', 'no. 12: #'],
  ['card-number', 'exp 4111111111111111 12/27', 'exp # 12/27'],
  ['email', 'to a.b+c@mail.example.co.uk, please', 'to #, please'],
  ['email', '<jörg@bücher.de>', '<#>'],
  ['email', 'x@example.com.', '#.'],
  ['api-key', 'OPENAI_API_KEY=sk-proj-AbC_def-0123456789', 'OPENAI_API_KEY=#'],
  ['api-key', '"ghp_0123456789abcdefghijABCDEFGHIJ012345"', '"#"'],
  ['api-key', 'AKIAIOSFODNN7EXAMPLE ok', '# ok'],
  ['api-key', 'xoxb-123456789012-abcdef', '#'],
  ...[
    ...['sk-', 'gsk_', 'xai-', 'hf_', 'npm_', 'gho_', 'github_pat_', 'glpat-', 'AIza', 'SG.'],
    ...['sk_live_', 'rk_test_', 'ASIA', 'xoxp-'],
  ].map((begin): [DetectorName, string, string] => ['api-key', `a ${begin}0123456789ABCDEF b`, 'a # b']),
  ['api-key', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl!', 'Bearer #!'],
  ['api-key', `sk-${'a1'.repeat(2_000)} end`, '# end'],
  // The head of a web token has six to two hundred letters after its first three.
  ...[6, 200].map((letters): [DetectorName, string, string] => [
    'api-key',
    `a eyJ${'x'.repeat(letters)}.eyJabcd b`,
    'a # b',
  ]),
  ['private-key', 'a\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nb', 'a\n#\nb'],
  ['private-key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', '#'],
  ['iban', 'IBAN: DE89 3704 0044 0532 0130 00.', 'IBAN: #.'],
  ['iban', 'GB82WEST12345698765432', '#'],
]
const letBe: [DetectorName, string][] = [
  ['card-number', '4111 1111 1111 1112'],
  ['card-number', 'phone +49 170 1234567'],
  ['card-number', '1732000000000 ms, 0.4111111'],
  ['card-number', '94111111111111111234'],
  ['email', 'a@b, @everyone, x@localhost, 3@4.5'],
  ['api-key', 'task-oriented sk-learn ghp_ risk-averse-and-very-long-words'],
  ...[5, 201].map((letters): [DetectorName, string] => ['api-key', `eyJ${'x'.repeat(letters)}.eyJabcd`]),
  ['private-key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
  ['iban', 'DE89 3704 0044 0532 0130 01'],
  ['iban', 'IN 2024 WE HAVE IT IN FR12'],
]

describe('finds', () => {
  test.each(found)('%s in %j', (name, text, masked) => {
    expect(mask(name, text)).toBe(masked)
  })
})

describe('leaves alone', () => {
  test.each(letBe)('for %s: %j', (name, text) => {
    expect(mask(name, text)).toBe(text)
  })
})

/** Parts of addresses, keys and PEM lines. */
const pieces = [
  'a',
  'é',
  '😀',
  '𝒳',
  '1',
  '.',
  '@',
  '@b.co',
  '.b.c.d.',
  '-',
  '_',
  ' ',
  'sk-',
  'AKIA',
  'IOSFODNN7EXAMPLE',
]
const tokens = ['eyJ', '.eyJ', 'abcdef', 'x'.repeat(16), 'y'.repeat(63), 'z'.repeat(199), 'Bearer ']
const marks = ['-----BEGIN ', 'RSA ', 'PRIVATE KEY', ' BLOCK', '-----']
const texts = fc.array(fc.constantFrom(...pieces, ...tokens, ...marks), { maxLength: 16 })

test.each([
  ['email', emailPattern],
  ['api-key', apiKeyPattern],
  ['private-key', privateKeyPattern],
] as const)('the quick search for %s finds and holds back the same as its pattern', (name, pattern) => {
  const { own, reference } = { own: detectors[name](), reference: createPattern(pattern) }
  fc.assert(
    fc.property(texts, fc.nat({ max: 40 }), (parts, at) => {
      const text = parts.join('')
      const from = Math.min(at, text.length)
      if (/[\udc00-\udfff]/.test(text[from] ?? '')) return
      expect(own.find(text, from)).toEqual(reference.find(text, from))
      expect(own.open(text, from)).toBe(reference.open(text, from))
    }),
    { numRuns: 2_000 },
  )
})
