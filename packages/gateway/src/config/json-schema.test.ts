import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { everyPolicy } from '../testing/every-policy.ts'
import { type JsonSchema, toConfigJsonSchema } from './json-schema.ts'
import { loadConfig } from './load.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const schema = toConfigJsonSchema()
// Through JSON text, because editors get it as a file.
const validate = new Ajv().compile(JSON.parse(JSON.stringify(schema)))
const accepts = (text: string) => validate(parse(text))
const isLoaded = (text: string) => loadConfig(text, { SIMULATOR_URL: 'http://127.0.0.1:4010' }).isValid

test('an editor accepts what the gateway loads: the shipped file, and one with every policy', () => {
  for (const text of [readFileSync(join(root, 'gateway.yaml'), 'utf8'), everyPolicy]) {
    accepts(text)
    expect(validate.errors).toBeNull()
    expect(isLoaded(text)).toBe(true)
  }
})

test('the shipped file tells editors where its schema is', () => {
  const [first = ''] = readFileSync(join(root, 'gateway.yaml'), 'utf8').split('\n')
  const [, path] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? []
  expect(JSON.parse(readFileSync(join(root, path!), 'utf8'))).toEqual(schema)
})

test('the file with every policy names every key, so that none goes untried', () => {
  const used = keysOf(parse(everyPolicy))
  // It stands in place of `jwks`.
  expect([...keysOfSchema(schema)].filter((key) => !used.has(key))).toEqual(['secret'])
})

test.each([
  ['an unknown key', 'llm: { model: [] }'],
  ['an unknown provider', 'llm: { models: [{ name: a, provider: grok }] }'],
  ['a deadline of no time', 'llm: { policies: { timeouts: { idleMs: 0 } } }'],
  ['a share above 1', 'llm: { policies: { circuitBreaker: { failureRate: 1.5 } } }'],
  [
    'a guardrail that guards nothing',
    'llm: { policies: { guardrails: [{ name: a, on: [], match: { detector: email }, action: mask }] } }',
  ],
  [
    'an unknown detector',
    'llm: { policies: { guardrails: [{ name: a, on: [request], match: { detector: mail }, action: mask }] } }',
  ],
  ['an unknown mode', 'llm: { policies: { apiKeys: { mode: open, keys: [] } } }'],
  ['a virtual model without a strategy', 'llm: { virtualModels: [{ name: v, routing: {} }] }'],
  [
    'a virtual model with two strategies',
    'llm: { virtualModels: [{ name: v, routing: { roundRobin: { targets: [{ model: a }] }, cheapest: { targets: [{ model: a }] } } }] }',
  ],
  ['a file without its only key', '{}'],
])('an editor marks what the gateway refuses: %s', (_what, text) => {
  expect(accepts(text)).toBe(false)
  expect(isLoaded(text)).toBe(false)
})

test('what the policies are when nothing is written stands beside their keys', () => {
  const { timeouts, retry, circuitBreaker } = schema.properties!.llm!.properties!.policies!.properties!
  const { timeouts: own } = schema.properties!.llm!.properties!.models!.items!.properties!
  expect(timeouts!.properties!.idleMs!.default).toBe(30_000)
  expect(retry!.properties!.attempts!.default).toBe(2)
  expect(circuitBreaker!.properties!.failureRate!.default).toBeNull()
  // A model's own come from the policies.
  expect(own!.properties!.idleMs).not.toHaveProperty('default')
})

test('nothing keeps the YAML language server from offering keys', () => {
  expect(JSON.stringify(schema)).not.toContain('maxProperties')
})

test('every key has words', () => {
  expect(wordless(schema, '')).toEqual([])
})

function wordless({ items, properties = {} }: JsonSchema, path: string): string[] {
  if (items) return wordless(items, `${path}[]`)
  return Object.entries(properties).flatMap(([key, property]) => [
    ...(property.description ? [] : [`${path}.${key}`]),
    ...wordless(property, `${path}.${key}`),
  ])
}

/** Names of keys, wherever they stand. */
function keysOf(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set()
  const below = Object.values(value).flatMap((inner) => [...keysOf(inner)])
  return new Set([...(Array.isArray(value) ? [] : Object.keys(value)), ...below])
}

function keysOfSchema({ items, properties = {} }: JsonSchema): Set<string> {
  if (items) return keysOfSchema(items)
  const below = Object.values(properties).flatMap((property) => [...keysOfSchema(property)])
  return new Set([...Object.keys(properties), ...below])
}
