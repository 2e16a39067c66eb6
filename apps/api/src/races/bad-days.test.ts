/** Faults upstream, and what the lane then says: a sentence and the status, never a short success. */
import { createServer } from 'node:net'
import { type LaneState, laneStatus } from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { models, otherKeys, report } from '../testing/bad-answers.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'

let gateway: FakeGateway
let app: TestApp
beforeAll(async () => {
  gateway = await startFakeGateway(models)
  app = await startApp({ gatewayUrl: gateway.url })
})
afterAll(async () => {
  await app?.close()
  await gateway?.close()
})

async function lane(model: string, stream = true): Promise<LaneState> {
  const { lanes } = await race(app.url, { prompt: 'p', lanes: [{ model, stream }, { model: 'fine' }] })
  // Whatever happens to one lane, the other goes on.
  expect(laneStatus(lanes[1]!)).toBe('done')
  return lanes[0]!
}

describe('a stream is whole', () => {
  test.each([
    ['no-done', 'stop'],
    ['no-finish', null],
    ['done-blanks', null],
    ['done-behind-comment', null],
    ['one-line-end', 'stop'],
    ['crlf', 'stop'],
    ['comments', 'stop'],
    ['no-space', 'stop'],
    ['empty-choices', 'stop'],
    ['error-empty', 'stop'],
    ['pings', 'stop'],
    ['done-spaced', 'stop'],
    ['no-last-blank', 'stop'],
    ['reset-finished', 'stop'],
  ])('%s', async (model, finishReason) => {
    const { answer, outcome } = await lane(model)
    expect(outcome).toMatchObject({ kind: 'done', event: { finishReason } })
    expect(answer).toBe('hello')
  })

  test('with characters that were cut between reads', async () => {
    expect((await lane('utf8')).answer).toBe('Größe 🏁')
  })

  test('with the last usage that is not null, never a sum', async () => {
    const { outcome } = await lane('usage-twice')
    expect(outcome).toMatchObject({ event: { usage: { inputTokens: 3, outputTokens: 4, source: 'usage' } } })
  })
})

describe('a stream is an error, never a short success', () => {
  test.each([
    ['cut', 'stream_cut', null],
    ['cut-in-event', 'stream_cut', null],
    ['reset', 'stream_cut', null],
    ['error-bare', 'overloaded', 529],
    ['error-open', 'overloaded', 529],
    ['malformed-open', 'malformed_stream', null],
    ['error-event', 'overloaded', null],
    ['error-event-text', 'provider_error', null],
    ['error-string', 'overloaded', null],
    ['error-chunk', 'overloaded', null],
    ['error-field', 'overloaded', null],
    ['error-unframed', 'overloaded', null],
    ['error-finish', 'provider_error', null],
    ['malformed', 'malformed_stream', null],
  ])('%s', async (model, code, status) => {
    const { answer, outcome } = await lane(model)
    expect(outcome).toMatchObject({ kind: 'failed', event: { code, status, retryAfterMs: null } })
    // What had arrived stays.
    expect(answer).toBe('hello')
    if (code === 'overloaded' || model === 'error-event-text')
      expect(outcome?.kind === 'failed' && outcome.event.message).toMatch(/^It broke\. /)
  })

  test('when it was empty', async () => {
    expect((await lane('done-only')).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'empty_response' },
    })
    expect((await lane('empty-200')).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'empty_response' },
    })
  })

  test.each([
    ['finished-only', 'The answer ended without a token (finish reason: stop). Race again.'],
    [
      'hidden-only',
      'The answer ended without a token (finish reason: length). 300 output tokens were counted but not sent, as with hidden reasoning. Allow more tokens.',
    ],
  ])('when it was whole and said nothing: %s', async (model, message) => {
    expect((await lane(model)).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'no_token', message },
    })
  })

  // A Response of these statuses takes no stream: the error that it throws must not end every race of the lane thread.
  test.each([204, 205])('when it came with status %i', async (status) => {
    const { outcome } = await lane(`empty-${status}`)
    expect(outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'empty_response', status, message: expect.stringContaining(`answered ${status}`) },
    })
  })

  test('when a whole body came instead', async () => {
    expect((await lane('json-200')).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'not_a_stream' },
    })
    expect((await lane('error-200')).outcome).toMatchObject({ kind: 'failed', event: { code: 'overloaded' } })
    expect((await lane('json-as-stream')).outcome).toMatchObject({ event: { code: 'not_a_stream' } })
    expect((await lane('error-as-stream')).outcome).toMatchObject({ event: { code: 'overloaded' } })
  })

  test("and no provider can make it look like somebody's stop", async () => {
    expect(laneStatus(await lane('stopped-code'))).toBe('failed')
  })
})

describe.each([true, false])('an error status, streaming: %s', (stream) => {
  test.each([
    [
      '429',
      { status: 429, retryAfterMs: 2000, code: 'rate_limit_reached', message: /^Slow down\. Wait 2 s/ },
    ],
    ['429-ms', { status: 429, retryAfterMs: 1500, code: 'http_429', message: /^Slow down\./ }],
    ['429-date', { status: 429, retryAfterMs: 5000, code: 'http_429', message: /^Slow down\./ }],
    [
      '429-quota',
      { status: 429, retryAfterMs: null, code: 'insufficient_quota', message: /quota\. Raise its limit/ },
    ],
    // More seconds than a number can hold.
    [
      '429-endless',
      { status: 429, retryAfterMs: null, code: 'http_429', message: /^Slow down\. Wait a little/ },
    ],
    ['429-words', { status: 429, retryAfterMs: 20, code: 'http_429', message: /try again in 20ms/ }],
    [
      '401',
      { status: 401, retryAfterMs: null, code: 'invalid_api_key', message: /^Incorrect API key.* Check/ },
    ],
    [
      'html',
      { status: 401, retryAfterMs: null, code: 'http_401', message: /HTML \(“401 Authorization Required”\)/ },
    ],
    ['html-attribute', { status: 502, code: 'http_502', message: /HTML \(“Bad Gateway”\)/ }],
    // Only the beginning of a long message is searched, because the thread that reads it stamps the lanes.
    ['late-word', { status: 429, retryAfterMs: null, code: 'http_429', message: /without a message/ }],
    ['detail', { status: 401, retryAfterMs: null, code: 'http_401', message: /^Invalid API Key\./ }],
    ['plain', { status: 422, retryAfterMs: null, code: 'http_422', message: /^Failed to deserialize\./ }],
    ['string', { status: 400, retryAfterMs: null, code: 'client_specified', message: /^Bad key\./ }],
    ['empty500', { status: 500, retryAfterMs: null, code: 'http_500', message: /without a message/ }],
    ['moved', { status: 302, retryAfterMs: null, code: 'http_302', message: /GATEWAY_URL/ }],
  ])('%s is a sentence on the lane', async (model, { message, ...expected }) => {
    const { outcome } = await lane(model, stream)
    expect(outcome).toMatchObject({ kind: 'failed', event: expected })
    const said = outcome!.kind === 'failed' ? outcome!.event.message : ''
    expect(said).toMatch(message)
    expect(said).not.toMatch(/sk-abc|<|undefined|\[object/)
  })

  test('a refusal that is cut is still a refusal', async () => {
    expect((await lane('401-cut', stream)).outcome).toMatchObject({
      event: { code: 'http_401', status: 401, message: expect.stringContaining("Check the provider's key") },
    })
  })

  test('a key of a known form is on no lane', async () => {
    const { outcome } = await lane('other-keys', stream)
    const said = outcome!.kind === 'failed' ? outcome!.event.message : ''
    expect(said).toContain('Wrong key')
    for (const key of otherKeys) expect(said).not.toContain(key.slice(-12))
  })

  test('a connection that is closed before the answer says so', async () => {
    expect((await lane('reset-early', stream)).outcome).toMatchObject({ event: { code: 'connection_lost' } })
  })
})

describe('a lane that failed has the report of the gateway, and the request id', () => {
  test.each([
    ['told-refused', true],
    ['told-refused', false],
    ['told-broken', true],
  ])('%s, streaming: %s', async (model, stream) => {
    const { outcome } = await lane(model, stream)
    expect(outcome).toMatchObject({ kind: 'failed', event: { gateway: report, requestId: 'req_1' } })
  })

  test('but not a report that does not fit the call', async () => {
    const { outcome } = await lane('told-forged')
    expect(outcome).toMatchObject({ kind: 'failed', event: { code: 'overloaded', requestId: 'req_2' } })
    expect(outcome!.event).not.toHaveProperty('gateway')
  })

  test('of a foreign gateway it has the request id', async () => {
    const { outcome } = await lane('told-foreign')
    expect(outcome!.event).toMatchObject({ status: 503, requestId: 'foreign-1' })
    expect(outcome!.event).not.toHaveProperty('gateway')
  })

  test('of a gateway that never answered it has neither', async () => {
    const { outcome } = await lane('reset-early')
    expect(outcome!.event).not.toHaveProperty('gateway')
    expect(outcome!.event).not.toHaveProperty('requestId')
  })
})

// All lanes of all races are stamped on one thread. Searched once for each of its words, this page would block it for
// many minutes.
test('a page that is made to be slow to search does not block the lane thread', async () => {
  expect((await lane('html-endless')).outcome).toMatchObject({
    kind: 'failed',
    event: { code: 'http_502', message: expect.stringMatching(/^The answer was a page of HTML, not/) },
  })
})

describe('without streaming', () => {
  test.each([
    ['error-200', 'overloaded'],
    ['empty-200', 'empty_response'],
    ['empty-204', 'empty_response'],
    ['empty-205', 'empty_response'],
    ['text-200', 'malformed_answer'],
    ['silent-200', 'no_token'],
    ['no-done', 'malformed_answer'],
  ])('%s is an error', async (model, code) => {
    expect((await lane(model, false)).outcome).toMatchObject({ kind: 'failed', event: { code } })
  })

  test('an answer is an answer, also with an empty delta beside it', async () => {
    for (const model of ['json-200', 'delta-beside-200']) {
      expect((await lane(model, false)).answer).toBe('hello')
    }
  })
})

test('an unreachable gateway is named on each lane, with its address and what to do', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as { port: number }
  await new Promise((resolve) => closed.close(resolve))
  const lonely = await startApp({ gatewayUrl: `http://127.0.0.1:${port}` })
  const state = await race(lonely.url, {
    prompt: 'p',
    lanes: [{ model: 'a' }, { model: 'b', stream: false }],
  })
  for (const { outcome } of state.lanes) {
    expect(outcome).toMatchObject({ kind: 'failed', event: { code: 'gateway_unreachable', status: null } })
    expect(outcome!.kind === 'failed' && outcome!.event.message).toContain(`http://127.0.0.1:${port}`)
  }
  expect(state.end?.reason).toBe('finished')
  const health = await (await fetch(`${lonely.url}/api/health`)).json()
  expect(health).toMatchObject({ status: 'degraded', gateway: { isReachable: false } })
  const list = await (await fetch(`${lonely.url}/api/models`)).json()
  expect(list).toMatchObject({ models: [], problem: expect.stringMatching(/Cannot reach the gateway/) })
  await lonely.close()
})
