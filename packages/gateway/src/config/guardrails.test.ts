/** What a config can set for guardrails, and the faults of what it cannot. */
import { expect, test } from 'vitest'
import { loadConfig } from './load.ts'

const cards = { name: 'cards', on: ['request'], match: { detector: 'card-number' }, action: 'mask' }
const load = (guardrails: object[]) => {
  const models = [{ name: 'gpt-4o', provider: 'openai' }]
  const virtualModels = [{ name: 'fast', routing: { roundRobin: { targets: [{ model: 'gpt-4o' }] } } }]
  return loadConfig(JSON.stringify({ llm: { models, virtualModels, policies: { guardrails } } }), {})
}
const faultOf = (more: object, before: object[] = []) => {
  const loaded = load([...before, { ...cards, ...more }])
  return loaded.isValid ? null : loaded.faults.map((fault) => fault.replace(/ \(line \d+\)/, '')).join('\n')
}
const at = 'llm.policies.guardrails[0]'

test('a detector, or a regex with bounds, for all models or for some', () => {
  expect(faultOf({})).toBeNull()
  expect(faultOf({ models: ['gpt-4o', 'fast', 'ollama/llama3.2'] })).toBeNull()
  for (const regex of [
    '\\bPROJECT-[A-Z]{1,12}\\b',
    '(?<year>\\d{4})-\\d\\d',
    '[^\\s@]{1,40}',
    '\\p{Lu}{3}',
    'a|bc?',
    '😀',
  ]) {
    expect(faultOf({ match: { regex, flags: 'i' } }), regex).toBeNull()
  }
})

test.each([
  ['a+', 'has no bound in "a+": a stream would be held back for ever; write "a{1,64}" or the like'],
  [
    'x(?:a{2,})',
    'has no bound in "a{2,}": a stream would be held back for ever; write "a{2,64}" or the like',
  ],
  ['a{1,300}', 'can match 300 characters; 256 is the most, so write smaller bounds'],
  ['(?:a{1,20}){1,20}', 'can match 400 characters; 256 is the most, so write smaller bounds'],
  ['\\p{L}{200}', 'can match 400 characters; 256 is the most, so write smaller bounds'],
  ['a?b{0,2}', 'matches the empty text, so it would match everywhere'],
  ['^a', 'holds "^": what stands around a match may not have arrived yet; only \\b and \\B can be used'],
  [
    'a(?=b)',
    'holds "(?=b)": what stands around a match may not have arrived yet; only \\b and \\B can be used',
  ],
  ['(a)\\1', 'refers back with "\\\\1", which takes unbounded time'],
  ['(?i:a)', 'holds "i": use flags'],
  ['a(', 'is not a regular expression (at character 3)'],
])('the regex %s %s', (regex, sentence) => {
  expect(faultOf({ match: { regex } })).toBe(`${at}.match.regex: ${sentence}`)
})

test('other faults are told with what to do', () => {
  expect(faultOf({ match: {} })).toBe(`${at}.match: needs one of detector and regex`)
  expect(faultOf({ match: { detector: 'email', regex: 'a' } })).toBe(
    `${at}.match: needs one of detector and regex, not both`,
  )
  expect(faultOf({ match: { detector: 'email', flags: 'i' } })).toBe(
    `${at}.match.flags: is of use to regex only; leave it out`,
  )
  expect(faultOf({ match: { detector: 'mail' } })).toBe(
    `${at}.match.detector: must be one of: card-number, email, api-key, private-key, iban`,
  )
  expect(faultOf({}, [cards])).toBe(
    `llm.policies.guardrails[1].name: the name "cards" is taken by llm.policies.guardrails[0]; names must differ`,
  )
  expect(faultOf({ models: ['gpt-4p'] })).toBe(
    `${at}.models[0]: no model is called "gpt-4p"; did you mean "gpt-4o"?`,
  )
})
