import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadConfig } from './load.ts'

const simulator = { SIMULATOR_URL: 'http://127.0.0.1:4010' }
const load = (text: string, variables: Record<string, string> = {}) =>
  loadConfig(text, { ...simulator, ...variables })

function faults(text: string): string[] {
  const loaded = load(text)
  return loaded.isValid ? [] : loaded.faults
}

function config(text: string, variables: Record<string, string> = {}) {
  const loaded = load(text, variables)
  if (!loaded.isValid) throw new Error(loaded.faults.join('\n'))
  return loaded.config
}

const fiveLines = `llm:
  models:
  - name: gpt-4o-mini
    provider: openAI
    params: { apiKey: "$OPENAI_API_KEY" }
  - name: llama-3.3-70b-versatile
    provider: groq
    params: { apiKey: "$GROQ_API_KEY" }
`

test('the simplest config runs; a missing key makes its model unavailable and stops nothing', () => {
  const { models } = config(fiveLines, { GROQ_API_KEY: 'gsk_1' })
  expect(models.map(({ provider, connection }) => ({ provider, ...connection }))).toEqual([
    {
      provider: 'openai',
      state: 'unknown',
      missing: 'OPENAI_API_KEY',
      reason: expect.stringContaining('Set OPENAI_API_KEY'),
    },
    {
      provider: 'groq',
      state: 'known',
      baseUrl: 'https://api.groq.com/openai/v1',
      apiKey: 'gsk_1',
      upstreamModel: 'llama-3.3-70b-versatile',
    },
  ])
})

test('the shipped file is whole, and its simulated models need nothing', () => {
  const shipped = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'gateway.yaml'), 'utf8')
  const { models, discovery } = config(shipped)
  expect(models.map(({ name, connection }) => [name, connection.state])).toEqual([
    ['gpt-4o-mini', 'unknown'],
    ['llama-3.3-70b-versatile', 'unknown'],
    ['sim-sprint', 'known'],
    ['sim-heavy', 'known'],
    ['sim-thinker', 'known'],
    ['sim-sentinel', 'known'],
    ['sim-flaky', 'known'],
  ])
  expect(discovery.map(({ baseUrl }) => baseUrl)).toEqual([
    'http://127.0.0.1:11434/v1',
    'http://127.0.0.1:1234/v1',
    'http://127.0.0.1:8080/v1',
    'http://127.0.0.1:8001/v1',
  ])
  // The examples in its comments are right too. The hash of a key is filled in here: one in the file would be that of a
  // key that everybody knows.
  const examples = shipped
    .replace(/^( *)# (?=( {2})*(- \w|- \{|\w+:( |$)))/gm, '$1')
    .replace('sha256:…', `sha256:${'0'.repeat(64)}`)
  expect(faults(examples)).toEqual([])
  expect(config(examples).models).toHaveLength(15)
  expect(config(examples).virtualModels.map(({ name }) => name)).toEqual(['fast', 'by-task'])
})

test('all faults are told at once, each with its path and line, in the order of the file', () => {
  const text = `llm:
  models:
  - name: a
    provider: grok
    param: { apiKey: x }
  - name: a
    provider: azure
    params: { apikey: 5 }
    price: { inputPerMillion: -1 }
    timeouts: { idleMs: 0.5, totalMs: soon }
  - name: "with space"
    provider: custom
    params: { baseUrl: ftp://x }
  - provider: custom
    params: { baseUrl: http://x/v1/chat/completions, apiKey: [] }
  - 5
  polices: {}
  discovery:
  - provider: custom
`
  expect(faults(text)).toEqual([
    'llm.models[0].provider (line 4): unknown provider "grok"; did you mean "groq"?',
    'llm.models[0].param (line 5): unknown key "param"; did you mean "params"?',
    'llm.models[1].name (line 6): the name "a" is taken by llm.models[0]; names must differ',
    'llm.models[1].params.apikey (line 8): unknown key "apikey"; did you mean "apiKey"?',
    'llm.models[1].params.baseUrl (line 8): is missing: provider azure has no address of its own; set one, as https://NAME.openai.azure.com/openai/v1',
    'llm.models[1].price.inputPerMillion (line 9): must be at least 0',
    'llm.models[1].price.outputPerMillion (line 9): is missing',
    'llm.models[1].timeouts.idleMs (line 10): must be a whole number, not 0.5',
    'llm.models[1].timeouts.totalMs (line 10): must be a number, not a text',
    'llm.models[2].name (line 11): must not hold spaces',
    'llm.models[2].params.baseUrl (line 13): must be an http:// or https:// address',
    'llm.models[3].name (line 14): is missing',
    'llm.models[3].params.apiKey (line 15): must be a text, not a list',
    'llm.models[3].params.baseUrl (line 15): must end before /chat/completions',
    'llm.models[4] (line 16): must be a map of keys, not a number',
    'llm.polices (line 17): unknown key "polices"; did you mean "policies"?',
    'llm.discovery[0].baseUrl (line 19): is missing: provider custom has no address of its own; set one, as http://127.0.0.1:8001/v1',
  ])
})

test.each([
  ['', ['llm: is missing']],
  ['llm:', ['llm (line 1): must be a map of keys, not empty']],
  ['- a', ['the file: must be a map of keys, not a list']],
  ['llm: {a: [}', expect.arrayContaining([expect.stringMatching(/^line 1: /)])],
  ['binds:\nllm: *a', ['line 2: *a has no anchor; put &a before what it should repeat']],
  ['llm:\n  <<: *a', ['line 2: *a has no anchor; put &a before what it should repeat']],
  ['llm: { <<: 5 }', ['Merge sources must be maps or map aliases']],
  ['llm: &a\n  <<: *a', [expect.stringContaining('alias')]],
  ['llm:\n  models: []\n  models: []\n', [expect.stringMatching(/^line 3: Map keys must be unique/)]],
  [
    'llm: { models: [{ name: a, provider: nothing-like-it }] }',
    [expect.stringContaining('known are: openai, groq')],
  ],
])('a file that is not a config is refused with its fault: %j', (text, told) => {
  expect(faults(text)).toEqual(told)
})

test.each([
  ['params: { headers: [] }', 'params.headers (line 1): must be a map of keys, not a list'],
  ['timeouts: { idleMs: .inf }', 'timeouts.idleMs (line 1): must be a number, not Infinity'],
  [
    'price: { inputPerMillion: .nan, outputPerMillion: 1 }',
    'price.inputPerMillion (line 1): must be a number, not NaN',
  ],
])('a value of the wrong type is named by a word that people know: %s', (member, fault) => {
  const text = `llm: { models: [{ name: m, provider: openai, ${member} }] }`
  expect(faults(text)).toEqual([`llm.models[0].${fault}`])
})

test('top-level keys of other programs are ignored, with a warning', () => {
  const loaded = load(`binds: []\nlmm: {}\n${fiveLines}`)
  expect(loaded).toMatchObject({
    isValid: true,
    warnings: [
      'binds (line 1): is not a key of this gateway and is ignored',
      'lmm (line 2): is not a key of this gateway and is ignored; did you mean "llm"?',
    ],
  })
})

const model = (params: string, more = '') =>
  `llm: { models: [{ name: m, provider: custom, params: ${params}${more} }] }`

test.each([
  [`{ baseUrl: "http://$HOST_NAME:80/v1", apiKey: "\${KEY}" }`, 'http://box:80/v1', 'k1'],
  ['{ baseUrl: "http://x/v1", apiKey: "a$$b" }', 'http://x/v1', 'a$b'],
  ['{ baseUrl: "http://x/v1" }', 'http://x/v1', null],
])('variables are filled in wherever they stand: %s', (params, baseUrl, apiKey) => {
  const { models } = config(model(params), { HOST_NAME: 'box', KEY: 'k1\n' })
  expect(models[0]!.connection).toMatchObject({ baseUrl, apiKey })
})

test('an empty variable is a missing one; a key with a line end inside is refused without showing it', () => {
  const params = '{ baseUrl: "http://x/v1", apiKey: "$KEY" }'
  expect(config(model(params), { KEY: ' ' }).models[0]!.connection).toMatchObject({ missing: 'KEY' })
  const broken = config(model(params), { KEY: 'sk-1\nsk-2' }).models[0]!.connection
  expect(broken).toMatchObject({ state: 'unknown', missing: null })
  expect(JSON.stringify(broken)).not.toContain('sk-1')
})

const common = `common: &common
  provider: custom
  params: &params { baseUrl: "http://x/v1", apiKey: "$KEY" }
`

test('what models have in common is written once and merged; what stands beside it goes before', () => {
  const loaded = load(
    `${common}llm:
  models:
  - { <<: *common, name: a }
  - name: b
    <<: *common
    params: { <<: *params, model: c }
`,
    { KEY: 'k' },
  )
  expect(loaded).toMatchObject({
    isValid: true,
    config: {
      models: [
        { provider: 'custom', connection: { baseUrl: 'http://x/v1', apiKey: 'k', upstreamModel: 'a' } },
        { provider: 'custom', connection: { baseUrl: 'http://x/v1', apiKey: 'k', upstreamModel: 'c' } },
      ],
    },
    warnings: ['common (line 1): is not a key of this gateway and is ignored'],
  })
  expect(config(`base: &base { llm: {} }\n<<: *base\n`).models).toEqual([])
})

test('a fault in what is merged or repeated has the line of where that is done', () => {
  const text = `wrong: &wrong
  provider: grok
  params: &params { baseUrl: ftp://x, apikey: k }
llm:
  policies: { retry: &retry { attempts: many } }
  models:
  - name: a
    <<: *wrong
    retry: *retry
  - name: b
    provider: custom
    params:
      <<: *params
`
  expect(faults(text)).toEqual([
    'llm.policies.retry.attempts (line 5): must be a number, not a text',
    'llm.models[0].provider (line 8): unknown provider "grok"; did you mean "groq"?',
    'llm.models[0].params.apikey (line 8): unknown key "apikey"; did you mean "apiKey"?',
    'llm.models[0].params.baseUrl (line 8): must be an http:// or https:// address',
    'llm.models[0].retry.attempts (line 9): must be a number, not a text',
    'llm.models[1].params.apikey (line 13): unknown key "apikey"; did you mean "apiKey"?',
    'llm.models[1].params.baseUrl (line 13): must be an http:// or https:// address',
  ])
})

test('a header without its variable is missing it; one that no header can carry is refused without showing it', () => {
  const params = '{ baseUrl: "http://x/v1", headers: { X-Team: "team $TEAM" } }'
  const connection = (variables = {}) => config(model(params), variables).models[0]!.connection
  expect(connection()).toMatchObject({ state: 'unknown', missing: 'TEAM' })
  expect(connection({ TEAM: 'blue' })).toMatchObject({ headers: { sent: { 'x-team': 'team blue' } } })
  const broken = connection({ TEAM: 'blue\r\nx-evil: 1' })
  expect(broken).toMatchObject({ state: 'unknown', missing: null, reason: expect.stringContaining('X-Team') })
  expect(JSON.stringify(broken)).not.toContain('evil')
})

test.each([
  ['"X Team": a', 'X Team (line 1): is not a valid name of a header, such as "x-project"'],
  ['Content-Length: "1"', 'Content-Length (line 1): is set by the gateway itself; leave it out'],
  ['X-A: a, x-a: b', 'x-a (line 1): is the same header as "X-A"; leave one out'],
  ['X-A: "a\\nb"', 'X-A (line 1): contains a character that headers cannot contain'],
  ['X-A: 1', 'X-A (line 1): must be a text, not a number'],
])('a header that cannot be sent is a fault of the config: %s', (headers, fault) => {
  const params = `{ baseUrl: "http://x/v1", headers: { ${headers} } }`
  expect(faults(model(params))).toEqual([`llm.models[0].params.headers.${fault}`])
})

test.each([
  ['http://user:pw-of-user@x/v1', {}],
  ['http://pw-of-user@x/v1', {}],
  ['$ADDRESS', { ADDRESS: 'http://user:pw-of-user@x/v1' }],
])(
  'a login in an address, which would not be sent, is a fault that does not repeat it: %s',
  (baseUrl, variables) => {
    const server = { provider: 'custom', baseUrl }
    const models = [{ name: 'm', provider: 'custom', params: { baseUrl } }]
    const loaded = load(JSON.stringify({ llm: { models, discovery: [server] } }), variables)
    const sentence =
      'holds a user name or password, which would not be sent; use `apiKey` or `headers` in the `params` of a model, as `headers: { Authorization: "Basic $LOGIN" }`'
    expect(loaded).toMatchObject({
      faults: [
        `llm.models[0].params.baseUrl (line 1): ${sentence}`,
        `llm.discovery[0].baseUrl (line 1): ${sentence}`,
      ],
    })
  },
)

test('a provider without apiKey in the config looks for its usual variable', () => {
  const text = 'llm: { models: [{ name: m, provider: mistral }] }'
  expect(config(text).models[0]!.connection).toMatchObject({ missing: 'MISTRAL_API_KEY' })
  expect(config(text, { MISTRAL_API_KEY: 'k' }).models[0]!.connection).toMatchObject({ apiKey: 'k' })
})

test('a model’s timeouts go before those of all, and those before the defaults', () => {
  const text = `llm:
  policies: { timeouts: { answerMs: 4, idleMs: 1, totalMs: 2 } }
  models: [{ name: m, provider: ollama, timeouts: { answerMs: null, totalMs: 3 } }]`
  const { timeouts, models } = config(text)
  const defaults = { connectMs: 3000, firstTokenMs: 30_000 }
  expect(timeouts).toEqual({ ...defaults, answerMs: 4, idleMs: 1, totalMs: 2 })
  expect(models[0]!.timeouts).toEqual({ ...defaults, answerMs: null, idleMs: 1, totalMs: 3 })
})

test('no text whatsoever crashes it', () => {
  const pieces = fc.constantFrom(
    'llm',
    ':',
    '\n',
    '  ',
    '- ',
    'models',
    'name',
    '{',
    '}',
    '[',
    ']',
    '$A',
    '&a',
    '*a',
    '<<',
    '|',
    'provider',
    'openai',
    '"',
    '1',
    '!!x',
    '?',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((parts) => parts.join('')),
      ),
      (text) => {
        const loaded = load(text)
        expect(loaded.isValid || loaded.faults.length > 0).toBe(true)
      },
    ),
    { numRuns: 2000 },
  )
})

test.each([
  ['1e30', 'must be at most 1000000000'],
  ['-1e30', 'must be at least 1000'],
])('%s where a whole number belongs is one fault', (callsMax, told) => {
  const path = 'llm.policies.books.callsMax (line 1)'
  expect(faults(`llm: { policies: { books: { callsMax: ${callsMax} } } }`)).toEqual([`${path}: ${told}`])
})
