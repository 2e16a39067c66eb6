/** Provider texts made to slow down a pattern match: the gateway reads them at once, and other calls go on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ErrorBody, messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { variables } from './testing/native.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from './testing/upstream.ts'

const chars = 256 * 1024
const fill = (text: string) => text.repeat(chars / text.length)

let upstream: Upstream
let gateway: RunningGateway
let answering: Answering

beforeAll(async () => {
  upstream = await startUpstream((response, request) =>
    request.body.includes('"up-well"')
      ? json({ choices: [{ message: { content: 'ab' }, finish_reason: 'stop' }] })(response, request)
      : answering(response, request),
  )
  const model = (name: string, provider: string) => ({
    ...{ name, provider, params: { baseUrl: `${upstream.url}/v1`, model: `up-${name}` } },
  })
  gateway = await startGateway(
    { models: [model('well', 'custom'), model('custom', 'custom'), model('anthropic', 'anthropic')] },
    { variables },
  )
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** What the caller of this model gets, while another call is served. */
async function hear(model: string, answer: Answering, isStream = false) {
  answering = answer
  const [bad, good] = await Promise.all([
    gateway.chat({ model, messages, stream: isStream }),
    gateway.chat({ model: 'well', messages }),
  ])
  expect(good.status).toBe(200)
  return { status: bad.status, text: await bad.text() }
}

const say =
  (words: string, status: number): Answering =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(words)

describe.each(['custom', 'anthropic'])('from %s', (model) => {
  test.each([
    ['half a tag over and over', fill('<title'), 500],
    ['a page of it', `<html>${fill('<title')}`, 500],
    ['a page of titles without an end', `<html>${fill('<title>')}`, 500],
    ['JSON with half tags', JSON.stringify({ error: { message: fill('<title') } }), 500],
    ['half of what says that a prompt is too long', fill('token count '), 400],
    ['half of it in JSON', JSON.stringify({ error: { message: fill('token count ') } }), 400],
  ])('%s', async (_what, words, status) => {
    const told = await hear(model, say(words, status))
    expect(told.status).toBe(status)
    expect((JSON.parse(told.text) as ErrorBody).error.message).toEqual(expect.any(String))
  })
})

test.each([
  ['custom', { error: { message: fill('token count '), code: 400 } }],
  ['anthropic', { type: 'error', error: { type: 'invalid_request_error', message: fill('token count ') } }],
])('half of it in the first event of a stream, from %s', async (model, event) => {
  const { status, text } = await hear(model, stream([`data: ${JSON.stringify(event)}\n\n`]), true)
  expect([status, text.includes('token count')]).toEqual([200, true])
})

test.each(['custom', 'anthropic'])('a real web page is described by its title, from %s', async (model) => {
  const page =
    '<!DOCTYPE html>\n<html><head>\n<title lang="en">\n 502 Bad Gateway </title></head><body>no</body>'
  expect(JSON.parse((await hear(model, say(page, 502))).text)).toMatchObject({
    error: { message: 'a web page instead of an answer: 502 Bad Gateway', type: 'server_error' },
  })
})
