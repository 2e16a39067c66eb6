import { afterEach, expect, test } from 'vitest'
import { bearer, type Door, keyOf, openDoor } from './testing/door.ts'
import { type ErrorBody, messages } from './testing/gateway.ts'

let door: Door
afterEach(() => door.close())

const audited = { keys: [keyOf('a', { tags: { team: 'search', agent: 'of-the-key' } }), keyOf('plain')] }

async function ask(
  metadata: unknown,
  headers: Record<string, string> = {},
  key = 'plain',
): Promise<{ response: Response; upstream: Door['upstream'] }> {
  door = await openDoor({
    apiKeys: audited,
    budgets: [{ per: ['tag:team', 'tag:agent'], usd: 1, period: 'day', mode: 'soft' }],
  })
  const body = { model: 'm', messages, ...(metadata !== undefined && { metadata }) }
  const response = await door.gateway.chat(body, {
    headers: { ...bearer(`key-of-${key}`).headers, ...headers },
  })
  return { response, upstream: door.upstream }
}

const messageOf = async (response: Response) => ((await response.json()) as ErrorBody).error.message

test('headers that tag a call never reach the provider, the metadata in its body do', async () => {
  const { response, upstream } = await ask({ team: 'a' }, { 'x-gateway-tag-agent': 'crawler' })
  expect(response.status).toBe(200)
  const [sent] = upstream.received
  expect(Object.keys(sent!.headers).filter((name) => name.startsWith('x-gateway'))).toEqual([])
  expect(JSON.parse(sent!.body).metadata).toEqual({ team: 'a' })
})

test.each([
  [
    'more than thirty-two',
    Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`t${i}`, 'x'])),
    {},
    'at most 32',
  ],
  ['a long name', { ['n'.repeat(65)]: 'x' }, {}, 'at most 64 characters'],
  ['a long value', { agent: 'v'.repeat(513) }, {}, 'at most 512 characters'],
  ['a long value in a header', undefined, { 'x-gateway-tag-agent': 'v'.repeat(513) }, 'x-gateway-tag-agent'],
  ['a header without a name', undefined, { 'x-gateway-tag-': 'v' }, 'names no tag'],
])('%s is a 400 that says so, and nothing goes up', async (_what, metadata, headers, words) => {
  const { response, upstream } = await ask(metadata, headers)
  expect(response.status).toBe(400)
  expect(await messageOf(response)).toContain(words)
  expect(upstream.received).toEqual([])
})

test.each([[{ level: 3, deep: { a: 1 }, none: null }], [['a']], ['text'], [null]])(
  'metadata %j hold no tags, and pass',
  async (metadata) => {
    expect((await ask(metadata)).response.status).toBe(200)
  },
)
