import fc from 'fast-check'
import { expect, test } from 'vitest'
import { admissionFaults } from './admission.ts'
import { loadConfig } from './load.ts'

const hash = `sha256:${'0'.repeat(64)}`

function faults(policies: string, variables: Record<string, string> = {}): string[] {
  const loaded = loadConfig(`llm:\n  discovery: []\n  policies:\n${policies}`, variables)
  return loaded.isValid ? [] : loaded.faults
}

test('all faults of limits and callers are told at once, each with its path and line', () => {
  const text = `    rateLimits:
    - { per: [caller, user], requestsPerMinute: 0 }
    - { burst: 5, tokensPerMinute: 10 }
    - {}
    - { requestsPerMinutes: 5, concurrency: 1.5 }
    apiKeys:
      mode: on
      keys:
      - { id: a, keyHash: ${hash} }
      - { id: a, keyHash: ${hash} }
      - { id: "jwt:b", keyHash: sk-plain, isAdmin: yes, rateLimits: [{}] }
    jwt: { issuer: "", jwks: ftp://x, claims: { ids: sub } }
    audit: { path: audit.log, keep: -1 }
`
  expect(faults(text)).toEqual([
    'llm.policies.rateLimits[0].per[1] (line 5): must be caller, tenant or model',
    'llm.policies.rateLimits[0].requestsPerMinute (line 5): must be at least 1',
    'llm.policies.rateLimits[1].burst (line 6): has no effect by itself: set requestsPerMinute too',
    'llm.policies.rateLimits[2] (line 7): limits nothing: set requestsPerMinute, tokensPerMinute or concurrency',
    'llm.policies.rateLimits[3].concurrency (line 8): must be a whole number, not 1.5',
    'llm.policies.rateLimits[3].requestsPerMinutes (line 8): unknown key "requestsPerMinutes"; did you mean "requestsPerMinute"?',
    'llm.policies.apiKeys.mode (line 10): must be off, optional or strict',
    'llm.policies.apiKeys.keys[1].id (line 13): is the same as that of llm.policies.apiKeys.keys[0]; each key needs its own',
    'llm.policies.apiKeys.keys[1].keyHash (line 13): is the same as that of llm.policies.apiKeys.keys[0]; each key needs its own',
    'llm.policies.apiKeys.keys[2].id (line 14): must have 1 to 100 letters, digits, dots, dashes, underscores or @',
    'llm.policies.apiKeys.keys[2].keyHash (line 14): must be sha256: and 64 hex digits, as `npm run gateway:key -- <id>` prints it',
    'llm.policies.apiKeys.keys[2].rateLimits[0] (line 14): limits nothing: set requestsPerMinute, tokensPerMinute or concurrency',
    'llm.policies.apiKeys.keys[2].isAdmin (line 14): must be true or false, not a text',
    'llm.policies.jwt.issuer (line 15): must not be empty',
    'llm.policies.jwt.audience (line 15): is missing',
    'llm.policies.jwt.claims.ids (line 15): unknown key "ids"; did you mean "id"?',
    'llm.policies.jwt.jwks (line 15): must be an http:// or https:// address',
    'llm.policies.audit.keep (line 16): must be at least 0',
  ])
})

const jwt = (more: string) => `    jwt: { issuer: i, audience: a, ${more} }\n`

test.each([
  [jwt(''), {}, 'llm.policies.jwt (line 4): needs one of jwks and secret'],
  [jwt('jwks: http://x, secret: y'), {}, 'llm.policies.jwt (line 4): needs one of jwks and secret, not both'],
  [
    jwt('secret: $JWT_SECRET'),
    {},
    'llm.policies.jwt.secret (line 4): names JWT_SECRET, which is not set: set it in .env or the environment',
  ],
  [jwt('secret: $S'), { S: 'too-short' }, 'llm.policies.jwt.secret (line 4): must have at least 32 bytes'],
  [
    jwt('jwks: "https://user:pw@x/jwks"'),
    {},
    'llm.policies.jwt.jwks (line 4): holds a user name or password, which would not be sent; name an address that needs none',
  ],
  [
    '    apiKeys: {}\n',
    {},
    'llm.policies.apiKeys (line 4): lets nobody in: mode strict needs at least one key; `npm run gateway:key -- <id>` makes an entry',
  ],
])('a door without its lock stops the start: %j', (text, variables, told) => {
  expect(faults(text, variables)).toEqual([told])
})

test('strict without keys needs a token that can be read', () => {
  const jwtOf = (mode: string) =>
    `    apiKeys: {}\n    jwt: { mode: ${mode}, jwks: "https://x", issuer: i, audience: a }\n`
  expect(faults(jwtOf('strict'))).toEqual([])
  expect(faults(jwtOf('optional'))).toEqual([])
  expect(faults(jwtOf('off'))).toEqual([expect.stringContaining('lets nobody in')])
})

test('a key can name models of the config, virtual models, and any model of a server that is looked for at start', () => {
  const faultsOf = (...allowedModels: unknown[]) => {
    const models = [{ name: 'gpt-4o', provider: 'openai' }]
    const virtualModels = [{ name: 'fast', routing: { roundRobin: { targets: [{ model: 'gpt-4o' }] } } }]
    const policies = { apiKeys: { keys: [{ id: 'a', keyHash: hash, allowedModels }] } }
    const loaded = loadConfig(JSON.stringify({ llm: { models, virtualModels, policies } }), {})
    return loaded.isValid ? [] : loaded.faults
  }
  const path = 'llm.policies.apiKeys.keys[0].allowedModels'
  expect(faultsOf('gpt-4o', 'fast', 'ollama/llama3.2')).toEqual([])
  expect(faultsOf()).toEqual([])
  expect(faultsOf('gpt-4p', 'fast', 'zzz')).toEqual([
    `${path}[0] (line 1): no model is called "gpt-4p"; did you mean "gpt-4o"?`,
    `${path}[2] (line 1): no model is called "zzz"; name one of llm.models`,
  ])
  expect(faultsOf(5)).toEqual([`${path}[0] (line 1): must be a text, not a number`])
})

test.each([
  [
    '[]',
    [
      ' (line 7): must be sha256: and 64 hex digits, as `npm run gateway:key -- <id>` prints it, or a list of one to four of these',
    ],
  ],
  [
    '5',
    [
      ' (line 7): must be sha256: and 64 hex digits, as `npm run gateway:key -- <id>` prints it, or a list of one to four of these',
    ],
  ],
  [
    `[${hash}, gwk_plain]`,
    ['[1] (line 7): must be sha256: and 64 hex digits, as `npm run gateway:key -- <id>` prints it'],
  ],
  [
    `[${[1, 3, 4, 5, 6].map((digit) => `sha256:${String(digit).repeat(64)}`)}]`,
    [
      ' (line 7): must be sha256: and 64 hex digits, as `npm run gateway:key -- <id>` prints it, or a list of one to four of these',
    ],
  ],
  [`[${hash}, ${hash}]`, ['[1] (line 7): is listed twice; leave one out']],
  [
    `["sha256:${'1'.repeat(64)}", "sha256:${'2'.repeat(64)}"]`,
    ['[1] (line 7): is the same as that of llm.policies.apiKeys.keys[0]; each key needs its own'],
  ],
])('the hashes of a key are one to four, and nobody else’s: %s', (keyHash, told) => {
  const text = `    apiKeys:
      keys:
      - { id: a, keyHash: "sha256:${'2'.repeat(64)}" }
      - { id: b, keyHash: ${keyHash} }
`
  expect(faults(text)).toEqual(told.map((fault) => `llm.policies.apiKeys.keys[1].keyHash${fault}`))
})

const filledIn = `    jwt: { jwks: "https://$HOST_NAME/jwks", issuer: "https://$HOST_NAME/", audience: "$AUDIENCE" }
    audit: { path: "$FOLDER/audit.log" }
    books: { file: "\${FOLDER}/books.db" }
`

test('variables are filled in for the files and for what a token must be; one that is missing stops the start', () => {
  const variables = { HOST_NAME: 'login.example', AUDIENCE: 'a', FOLDER: '/data' }
  expect(loadConfig(`llm:\n  discovery: []\n  policies:\n${filledIn}`, variables)).toMatchObject({
    config: {
      admission: {
        jwt: {
          source: { url: 'https://login.example/jwks' },
          issuer: 'https://login.example/',
          audience: 'a',
        },
        audit: { path: '/data/audit.log' },
      },
      books: { file: '/data/books.db' },
    },
  })
  const missing = (name: string) => `names ${name}, which is not set: set it in .env or the environment`
  expect(faults(filledIn)).toEqual([
    `llm.policies.jwt.jwks (line 4): ${missing('HOST_NAME')}`,
    `llm.policies.jwt.issuer (line 4): ${missing('HOST_NAME')}`,
    `llm.policies.jwt.audience (line 4): ${missing('AUDIENCE')}`,
    `llm.policies.audit.path (line 5): ${missing('FOLDER')}`,
    `llm.policies.books.file (line 6): ${missing('FOLDER')}`,
  ])
})

test('whatever the policies contain, the result is a config or a list of faults', () => {
  const names = [
    'rateLimits',
    'apiKeys',
    'jwt',
    'audit',
    'keys',
    'mode',
    'per',
    'claims',
    'keyHash',
    'secret',
    'jwks',
  ]
  const key = fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 3 }))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (policies) => {
      const loaded = loadConfig(JSON.stringify({ llm: { policies } }), {})
      if (!loaded.isValid) expect(loaded.faults.length).toBeGreaterThan(0)
    }),
    { numRuns: 1_000 },
  )
})

test('without policies everybody may do everything', () => {
  const loaded = loadConfig('llm: {}', {})
  expect(loaded).toMatchObject({
    isValid: true,
    config: { admission: { rateLimits: [], apiKeys: { mode: 'off', keys: [] }, jwt: null, audit: null } },
  })
})

test('thousands of keys are compared in a time that grows with their number', () => {
  let reads = 0
  const keys = Array.from({ length: 1_000 }, (_, index) => ({
    get id() {
      reads++
      return `key-${index}`
    },
  }))
  expect(admissionFaults({ apiKeys: { keys } }, {}, () => [])).toEqual([])
  expect(reads).toBeLessThan(10_000)
})
