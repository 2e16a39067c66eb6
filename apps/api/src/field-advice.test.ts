/** Wrong parameters and bodies, through the API's door: the message says what to write instead. */
import type { ApiError } from '@drag-race/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './testing/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ gatewayUrl: 'http://127.0.0.1:1' })
})
afterAll(() => app.close())

async function messageOf(path: string, body?: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const post = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(`${app.url}/api/${path}`, post)
  expect(response.status).toBe(400)
  return ((await response.json()) as ApiError).error.message
}

test.each([
  ['races?limit=ten', 'limit: Give one number.'],
  ['races?limit=1.5', 'limit: Give one whole number.'],
  ['races?limit=0', 'limit: Give a number of at least 1.'],
  ['races?limit=101', 'limit: Give a number of at most 100.'],
  ['races?limit=1&limit=2', 'limit: Give one number.'],
  ['races?model=a&model=b', 'model: Give one text.'],
  [`races?text=${'x'.repeat(201)}`, 'text: Give at most 200 characters.'],
  [`races?${'tag=a:b&'.repeat(17)}`, 'tag: Give at most 16 of them.'],
  ['races?status=over', 'status: Give one of these: running, finished, stopped, deadline, interrupted.'],
  ['leaderboard/paired?a=x', 'b: This is missing. Give one text.'],
  ['leaderboard/paired?a=x&b=', 'b: Give at least 1 character.'],
])('%s is answered by what to write', async (path, message) => {
  expect(await messageOf(path)).toBe(message)
})

test.each([
  [[], 'Give an object.'],
  [{ prompt: 'x' }, 'lanes: This is missing. Give a list.'],
  [{ prompt: 'x', lanes: [{ model: 'a', stream: 'no' }] }, 'lanes.0.stream: Give true or false.'],
  [
    { prompt: 'x', lanes: [{ model: 'a', params: { topP: 0 } }] },
    'lanes.0.params.topP: Give a number of more than 0.',
  ],
  [{ prompt: 'x', lanes: [{ model: 'a' }], tags: [] }, 'tags: Give an object.'],
  [
    { prompt: 'x', lanes: [{ model: 'a' }], finish: 'ever' },
    'finish: Give one of these: done, first-token. Or: Give an object.',
  ],
  [
    { prompt: 'x', lanes: [{ model: 'a' }], finish: { tokens: Number.NaN } },
    'finish.tokens: Give one number.',
  ],
  [
    { prompt: 'x', lanes: [{ model: 'a' }], finish: { tokens: 0 } },
    'finish.tokens: Give a number of at least 1.',
  ],
  [
    { prompt: 'x', lanes: [{ model: 'a' }], finish: { token: 5 } },
    'finish.tokens: This is missing. Give one number. (and 1 more, see details)',
  ],
])('the race %j is answered by what to write', async (body, message) => {
  expect(await messageOf('race', body)).toBe(message)
})
