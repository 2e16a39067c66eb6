/** Requests that are refused before anything is sent upstream, and the messages. */
import type { ApiError } from '@drag-race/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { postRace } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'

let gateway: FakeGateway
let app: TestApp
beforeAll(async () => {
  const fine = () => {}
  const others = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => [name, fine]))
  gateway = await startFakeGateway(
    { fine, 'needs-key': fine, 'is-off': fine, 'family/*': fine, ...others },
    {
      entries: {
        'needs-key': {
          available: false,
          missing: 'FAKE_API_KEY',
          reason: 'FAKE_API_KEY is not set: add it to .env',
        },
        'is-off': { available: false },
      },
    },
  )
  app = await startApp({ gatewayUrl: gateway.url })
})
afterAll(async () => {
  await app?.close()
  await gateway?.close()
})

async function refusal(body: unknown, init: RequestInit = {}) {
  const before = gateway.calls.length
  const response = await postRace(app.url, body, init)
  const { error } = (await response.json()) as ApiError
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  expect(gateway.calls.length).toBe(before)
  return { status: response.status, ...error }
}

const fine = { model: 'fine' }

test.each([
  ['an empty prompt', { prompt: ' ', lanes: [fine] }, ['prompt']],
  ['no prompt', { lanes: [fine] }, ['prompt']],
  [
    'prompt and messages',
    { prompt: 'p', messages: [{ role: 'user', content: 'x' }], lanes: [fine] },
    ['messages'],
  ],
  ['no lane', { prompt: 'p', lanes: [] }, ['lanes']],
  ['seventeen lanes', { prompt: 'p', lanes: Array(17).fill(fine) }, ['lanes']],
  ['a wrong type', { prompt: 7, lanes: [fine] }, ['prompt']],
  ['an unknown key', { prompt: 'p', lanes: [fine], colour: 'red' }, ['colour']],
  ['an unknown key of a lane', { prompt: 'p', lanes: [{ ...fine, speed: 1 }] }, ['lanes.0.speed']],
  [
    'a parameter out of range',
    { prompt: 'p', lanes: [{ ...fine, params: { temperature: 9 } }] },
    ['lanes.0.params.temperature'],
  ],
  ['a finish line that is none', { prompt: 'p', lanes: [fine], finish: 'middle' }, ['finish']],
  ['an array', [], ['']],
  [
    'several faults, all of them',
    { prompt: 7, lanes: [{ model: '' }, { model: 'fine', stream: 'no' }] },
    ['prompt', 'lanes.0.model', 'lanes.1.stream'],
  ],
  [
    'a promptId that the library does not have',
    { prompt: 'p', promptId: 'primes-prof', lanes: [fine] },
    ['promptId'],
  ],
  ['such a promptId without a prompt', { promptId: 'primes-prof', lanes: [fine] }, ['promptId']],
  ['an unknown model', { prompt: 'p', lanes: [fine, { model: 'fin' }] }, ['lanes.1.model']],
  [
    'each unknown model',
    { prompt: 'p', lanes: [{ model: 'x' }, { model: 'y' }] },
    ['lanes.0.model', 'lanes.1.model'],
  ],
  ['a model without its key', { prompt: 'p', lanes: [{ model: 'needs-key' }] }, ['lanes.0.model']],
])('%s is refused, naming the field', async (_name, body, paths) => {
  const { status, code, details } = await refusal(body)
  expect({ status, code }).toEqual({ status: 400, code: 'invalid_request' })
  expect(details?.map(({ path }) => path)).toEqual(paths)
  for (const { message } of details ?? []) expect(message).toMatch(/[a-z]{3}/)
})

test('the message names the first fault and how many more there are', async () => {
  const { message } = await refusal({ prompt: 7, lanes: [] })
  expect(message).toMatch(/^prompt: .*text.*\(and 1 more, see details\)$/)
})

test('metadata without a name are refused, with how to write them', async () => {
  const lanes = [{ model: 'a', params: { metadata: { '': 'task: summary' } } }]
  expect((await refusal({ prompt: 'p', lanes })).message).toBe(
    'lanes.0.params.metadata.: Give each of the metadata a name, as in task=summary.',
  )
})

test('a tag with an invalid name is refused, with the rule for names', async () => {
  const asked = { prompt: 'p', lanes: [fine] }
  expect((await refusal({ ...asked, tags: { '': 'x' } })).message).toBe('tags.: Give the tag a name.')
  const long = 'n'.repeat(65)
  expect((await refusal({ ...asked, tags: { [long]: 'x' } })).message).toMatch(
    /^tags\.n+: .*at most 64 characters\.$/,
  )
})

test('an unknown model is refused with the names of known ones', async () => {
  const { message } = await refusal({ prompt: 'p', lanes: [{ model: 'fin' }] })
  expect(message).toMatch(/no model fin\b.*\bfine\b/)
  expect(message).not.toMatch(/needs-key/)
})

test('of many models the message lists some, and how many more there are', async () => {
  const { message } = await refusal({ prompt: 'p', lanes: [{ model: 'fin' }] })
  expect(message).toMatch(/, \w+ and 2 more\.$/)
})

test('a model without its key is refused with the variable to set', async () => {
  expect((await refusal({ prompt: 'p', lanes: [{ model: 'needs-key' }] })).message).toMatch(/FAKE_API_KEY/)
  expect((await refusal({ prompt: 'p', lanes: [{ model: 'is-off' }] })).message).toMatch(/not available/)
})

test('a family in the list lets its members race', async () => {
  const { calls } = gateway
  const known = calls.length
  const leaving = new AbortController()
  const init = { signal: leaving.signal }
  const response = await postRace(app.url, { prompt: 'p', lanes: [{ model: 'family/one' }] }, init)
  expect(response.status).toBe(200)
  // The tests after this one count the calls, so wait until that of this lane has arrived.
  await eventually(() => expect(calls.slice(known).map(({ body }) => body.model)).toEqual(['family/one']))
  leaving.abort()
})

test.each([
  ['broken JSON', { body: '{"prompt": ' }, 400, 'invalid_json'],
  ['a number', { body: '7' }, 400, 'invalid_json'],
  [
    'a body over one megabyte',
    { body: JSON.stringify({ prompt: 'x'.repeat(1_100_000) }) },
    413,
    'body_too_large',
  ],
  ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'not_json'],
  ['plain text', { headers: { 'content-type': 'text/plain' } }, 415, 'not_json'],
  [
    'an unknown encoding',
    { headers: { 'content-type': 'application/json', 'content-encoding': 'x' } },
    415,
    'encoding_unsupported',
  ],
  [
    'a body that is not encoded as its header says',
    { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
    400,
    'encoding_broken',
  ],
  ['nothing', { body: undefined }, 400, 'invalid_request'],
])('%s is refused', async (_name, init, status, code) => {
  expect(await refusal({ prompt: 'p', lanes: [fine] }, init)).toMatchObject({ status, code })
})

test('an unknown path is answered as JSON that repeats the path', async () => {
  const response = await fetch(`${app.url}/api/nothing`, { headers: { accept: 'text/html' } })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({
    error: { code: 'unknown_endpoint', message: 'There is no GET /api/nothing.' },
  })
  const undecodable = await fetch(`${app.url}/api/races/%`)
  expect(undecodable.status).toBe(400)
  expect(await undecodable.json()).toMatchObject({ error: { code: 'invalid_path' } })
})
