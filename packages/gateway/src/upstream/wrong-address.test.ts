/** Something else than a model's server answers at the address: the caller is told what came, and what to do. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { outcomes, whole } from '../testing/bad-days.ts'
import { token } from '../testing/chunks.ts'
import { type ErrorBody, messages, oneModel, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { forms, useTwoTargets } from '../testing/two-targets.ts'
import type { Answering } from '../testing/upstream.ts'

const start = useTwoTargets(afterEach)

const redirect =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (response) =>
    void response.writeHead(status, headers).end()

const redirects: [where: string, status: number, location: string | null, place: string | null][] = [
  ['to another address', 301, 'https://api.example/v1/chat', 'https://api.example/v1/chat,'],
  [
    'with a session in it',
    302,
    'http://login.example:8080/?session=of-somebody',
    'http://login.example:8080/,',
  ],
  ['to a path of the same server', 303, '/login', '/login,'],
  ['to what is no address', 307, 'javascript:alert(1)', null],
  [
    'that is too long',
    308,
    `https://api.example/${'x'.repeat(5000)}`,
    `https://api.example/${'x'.repeat(180)},`,
  ],
  ['to nowhere', 304, null, null],
]

test.each(redirects)('a redirect %s is told with where it leads', async (_where, status, location, place) => {
  const answer = redirect(status, location === null ? {} : { location })
  const { ask, a } = await start({ a: answer, b: answer })
  const address = place?.startsWith('/') ? a.url + place : place
  const { status: told, text } = await ask(false)
  const { error } = JSON.parse(text) as ErrorBody
  expect(told).toBe(502)
  expect(error).toMatchObject({ type: 'server_error', code: 'bad_response', param: null })
  expect(error.message).toContain(
    address === null
      ? `a (custom) answered with a redirect (${status}) that names no web address. `
      : `a (custom) answered with a redirect (${status}) to ${address}`,
  )
  expect(error.message).toContain(`params.baseUrl in gateway.yaml (${a.url})`)
})

test.each(forms)('%s: no retry cures a redirect, another target does', async (_form, isStream) => {
  const { ask, a, waits } = await start({ a: redirect(302, { location: '/login' }) })
  const told = await ask(isStream)
  expect(told).toMatchObject(whole)
  expect(outcomes(told)).toEqual(['up-a bad_response', 'up-b ok'])
  expect(told.attempts[0]).toMatchObject({ status: 302 })
  expect([a.received.length, waits]).toEqual([1, []])
})

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n'
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`

const broken: [what: string, sent: string, words: RegExp][] = [
  [
    'another protocol',
    '220 mail.example ESMTP\r\n',
    /is not HTTP, but begins with "220 mail\.example ESMTP"\. .*port\?$/,
  ],
  ['bytes', '\u0000\u0000\u0000\u0004\u0000', /is not HTTP\. .*port\?$/],
  [
    'an alert of TLS',
    '\u0015\u0003\u0001\u0000\u0002\u0002(',
    /^m \(custom\) expects TLS\. .*begin with https:\/\//,
  ],
  [
    'a handshake of TLS',
    '\u0016\u0003\u0001\u0000\u0002\u0002(',
    /^m \(custom\) expects TLS\. .*begin with https:\/\//,
  ],
  ['bytes that begin as TLS does', '\u0016\u0001\u0001\u0000', /is not HTTP\. .*port\?$/],
  ['a long line', `220 ${'x'.repeat(100)}\r\n`, /is not HTTP, but begins with "220 x{56}"\. .*port\?$/],
  ['another HTTP', 'HTTP/2 200 OK\r\n\r\n', /is broken HTTP: Expected dot\./],
  ['a bad header', `${head}nonsense\r\n\r\n`, /is broken HTTP: Invalid header token\./],
  [
    'a chunk whose length is no number',
    `${chunked}zz\r\n`,
    /is broken HTTP: Invalid character in chunk size\./,
  ],
  [
    'two lengths',
    `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    /is broken HTTP: Its headers are not valid, or two of them contradict each other\./,
  ],
  [
    'a bad header behind a length',
    `${head}content-length: 2\r\nnonsense\r\n\r\n{}`,
    /is broken HTTP: Its headers are not valid, or two of them contradict each other\./,
  ],
  [
    'endless headers',
    `${head}x: ${'y'.repeat(40_000)}\r\n\r\n`,
    /is broken HTTP: Its headers are too long\./,
  ],
  [
    'a switch of protocols',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    /is broken HTTP: A status of 1xx/,
  ],
  [
    'a status of 600 and more',
    'HTTP/1.1 600 Odd\r\ncontent-length: 2\r\n\r\nno',
    /broken HTTP: A status of 600,/,
  ],
  [
    'a status below 100',
    'HTTP/1.1 099 Odd\r\ncontent-length: 2\r\n\r\nno',
    /broken HTTP: A status below 100\./,
  ],
  ['no status', 'HTTP/1.1 000 Odd\r\ncontent-length: 2\r\n\r\nno', /broken HTTP: A status below 100\./],
]

test.each(broken)('%s is told as what it is', async (_what, sent, words) => {
  const { ask, url } = await startBroken(sent)
  const response = await ask()
  const { error } = (await response.json()) as ErrorBody
  expect(response.status).toBe(502)
  expect(error).toMatchObject({ type: 'server_error', code: 'bad_response', param: null })
  expect(error.message).toMatch(words)
  expect(error.message).toContain(url)
})

test('a chunk whose length is no number ends a stream that has begun with the same words', async () => {
  const { ask } = await startBroken(`${chunked}${chunk(token('a'))}zz\r\n`)
  const text = await (await ask()).text()
  expect(text.startsWith(token('a'))).toBe(true)
  expect(text).toMatch(/broken HTTP: Invalid character in chunk size[^\n]*"code":"bad_response"[^\n]*\n\n$/)
})

test('HTTP where TLS was expected is told as what it is', async () => {
  const { ask } = await startBroken('HTTP/1.1 400 Bad Request\r\n\r\n', 'https')
  const response = await ask()
  expect([response.status, ((await response.json()) as ErrorBody).error]).toMatchObject([
    502,
    { code: 'bad_response', message: expect.stringMatching(/is not TLS \(.*have to begin with http:\/\//) },
  ])
})

const opened = useOpened()

/** A gateway in front of a server that answers every request with these bytes, given as Latin-1. */
async function startBroken(sent: string, scheme = 'http') {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(sent, 'latin1'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `${scheme}://127.0.0.1:${(server.address() as { port: number }).port}`
  const gateway: RunningGateway = await startGateway(oneModel(url))
  opened.push(server, gateway)
  return { url, ask: () => gateway.chat({ model: 'm', messages, stream: true }) }
}

const messageOf = ({ text }: { text: string }) => (JSON.parse(text) as ErrorBody).error.message
const typed =
  (type: string, body: string): Answering =>
  (response) =>
    void response.writeHead(200, { 'content-type': type }).end(body)

test.each([
  ['data: {}\n\n', /answered with a stream though none was asked for/],
  [': keep-alive\n\n', /answered with a stream/],
  ['idle', /is not JSON/],
  ['identity unknown', /is not JSON/],
  ['database gone', /is not JSON/],
])('%j in place of one body is told as what it is', async (body, words) => {
  const answer = typed('text/plain', body)
  const { ask } = await start({ a: answer, b: answer })
  expect(messageOf(await ask(false))).toMatch(words)
})

test.each([
  ['a list', JSON.stringify([{ error: { message: 'No way' } }])],
  ['a text', JSON.stringify('No way')],
  ['an object behind a byte order mark', `\ufeff${JSON.stringify({ error: { message: 'No way' } })}`],
])('%s of JSON under the name of a stream is read as what it is', async (_what, body) => {
  const answer = typed('text/event-stream', body)
  const { ask } = await start({ a: answer, b: answer })
  expect(messageOf(await ask(true))).toContain('No way')
})
