import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ErrorBody, oneModel, type RunningGateway, startGateway } from './testing/gateway.ts'
import { good } from './testing/two-targets.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

let upstream: Upstream
let gateway: RunningGateway
beforeAll(async () => {
  upstream = await startUpstream(good)
  gateway = await startGateway(oneModel(upstream.url))
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const send = (member: string) => gateway.chat(`{"model":"m","messages":["a"],"x":${member}}`)
const lists = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const text = JSON.stringify('x'.repeat(300_000))

test.each([
  ['of objects', `[${'{},'.repeat(200_000)}1]`, /more than 200000 values/],
  ['of numbers', `[${'1,'.repeat(200_000)}1]`, /more than 200000 values/],
  ['of members', `{${'"a":1,'.repeat(200_000)}"a":1}`, /more than 200000 values/],
  ['of lists in lists', `[${lists(1_001)},${text}]`, /more than 1000 deep/],
  ['of objects in objects', `[${'{"a":'.repeat(1_001)}1${'}'.repeat(1_001)},${text}]`, /more than 1000 deep/],
  ['behind a text that ends with a backslash', `["\\\\",${lists(1_001)},${text}]`, /more than 1000 deep/],
])('a body %s is refused before it is parsed', async (_what, member, message) => {
  const response = await send(member)
  expect(response.status).toBe(400)
  const { error } = (await response.json()) as ErrorBody
  expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringMatching(message) })
  expect(upstream.received).toEqual([])
})

test.each([
  ['of texts with brackets and commas in them', JSON.stringify('[{,"\\'.repeat(100_000))],
  ['of a hundred thousand tokens as numbers', `[${'100257,'.repeat(100_000)}1]`],
  ['of many lists beside each other', `[${'[[]],'.repeat(60_000)}1]`],
  ['that is short and deep', lists(2_000)],
])('a body %s passes', async (_what, member) => {
  expect((await send(member)).status).toBe(200)
  expect(upstream.received.splice(0)).toHaveLength(1)
})
