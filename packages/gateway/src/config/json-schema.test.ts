import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type JsonSchema, toConfigJsonSchema } from './json-schema.ts'
import { loadConfig } from './load.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const schema = toConfigJsonSchema()
// Through text, as an editor gets it.
const validator = z.fromJSONSchema(JSON.parse(JSON.stringify(schema)))
const accepts = (text: string) => validator.safeParse(parse(text)).success
const isLoaded = (text: string) => loadConfig(text, { SIMULATOR_URL: 'http://127.0.0.1:4010' }).isValid

const everyPolicy = `
config: {}
llm:
  models:
    - name: a
      provider: OpenAI
      params: { apiKey: "$KEY", model: b, baseUrl: "http://127.0.0.1:9/v1" }
      description: A model
      price: { inputPerMillion: 1, outputPerMillion: 2, cachedInputPerMillion: 0.1, cacheWriteInputPerMillion: 1.25, reasoningPerMillion: 3 }
      timeouts: { connectMs: 1, firstTokenMs: 2, idleMs: 3, totalMs: 4 }
      retry: { attempts: 3, initialBackoffMs: 1, maxBackoffMs: 2 }
      circuitBreaker: { consecutiveFailures: 5 }
    - { name: c, provider: bedrock, params: { accessKeyId: i, secretAccessKey: s, sessionToken: t, region: eu-west-1 } }
  virtualModels:
    - name: v
      description: Either
      routing: { conditional: { targets: [{ model: a, when: "metadata.task == 'x'" }, { model: c }] } }
      contextLengthFallbacks: [c]
      timeouts: { totalMs: 1000 }
      retry: { attempts: 1 }
    - { name: w, routing: { weighted: { targets: [{ model: a, weight: 0.5 }] } } }
    - { name: p, routing: { priority: { targets: [{ model: a, priority: 0 }] } } }
    - { name: r, routing: { roundRobin: { targets: [{ model: a }] } } }
    - { name: l, routing: { leastLatency: { targets: [{ model: a }] } } }
    - { name: s, routing: { cheapest: { targets: [{ model: ollama/llama3.2 }] } } }
  policies:
    timeouts: { idleMs: 20000 }
    retry: { attempts: 2 }
    circuitBreaker:
      { consecutiveFailures: 3, cooldownMs: 1, failureRate: null, failureRateWindowMs: 1, failureRateCallsMin: 1, countRateLimits: true }
    rateLimits:
      - { per: [], requestsPerMinute: 60, tokensPerMinute: 1000, burst: 5, concurrency: 2 }
    apiKeys:
      mode: optional
      keys:
        - id: team
          keyHash: "sha256:${'0'.repeat(64)}"
          tenant: t
          allowedModels: [a]
          rateLimits: [{ concurrency: 1 }]
          budget: { usd: 1, period: total }
          tags: { cost: "1" }
          isAdmin: true
    jwt:
      mode: strict
      jwks: https://login.example.com/keys
      issuer: https://login.example.com/
      audience: gateway
      claims: { id: sub, tenant: org, allowedModels: models, tags: tags, isAdmin: admin }
      rateLimits: [{ per: [tenant, model], tokensPerMinute: 10 }]
      budget: { usd: 0.5, period: week, mode: soft }
      jwksCooldownMs: 0
    budgets:
      - { per: "tag:agent", usd: 5, period: day, mode: hard }
      - { per: [tenant, "tag:agent"], usd: 50, period: month, mode: soft }
    books: { file: books.db, keepDays: 30, callsMax: 1000 }
    audit: { path: audit.jsonl, maxBytes: 1000, keep: 0 }
  discovery:
    - { name: ollama, provider: ollama, baseUrl: "http://127.0.0.1:11434/v1" }
`

test('an editor accepts what the gateway loads: the shipped file, and one with every policy', () => {
  for (const text of [readFileSync(join(root, 'gateway.yaml'), 'utf8'), everyPolicy]) {
    expect(validator.safeParse(parse(text)).error?.issues).toBeUndefined()
    expect(isLoaded(text)).toBe(true)
  }
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
  ['an unknown mode', 'llm: { policies: { apiKeys: { mode: open, keys: [] } } }'],
  ['a virtual model without a strategy', 'llm: { virtualModels: [{ name: v, routing: {} }] }'],
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
