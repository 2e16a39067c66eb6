import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../testing/start-app.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'web-'))
let app: TestApp
beforeAll(async () => {
  app = await startApp({
    gatewayUrl: 'http://127.0.0.1:9',
    allowedHosts: ['race.example'],
    webFolder: path.join(folder, 'dist'),
  })
})
afterAll(async () => {
  await app?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** With a Host header of one's own, which fetch does not allow. */
async function ask(
  headers: Record<string, string>,
  { method = 'GET', path: where = '/api/prompts', body = '' } = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const { hostname, port } = new URL(app.url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path: where, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

const port = () => new URL(app.url).port

describe('the Host header', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', 'race.example'])('may be %s', async (host) => {
    expect((await ask({ host: `${host}:${port()}` })).status).toBe(200)
    expect((await ask({ host })).status).toBe(200)
  })

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.5',
    'evil.example:8000',
  ])('may not be %j: a name can be pointed at this machine by anybody', async (host) => {
    const answer = await ask({ host })
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'host_not_allowed' } })
    // The page is refused too.
    expect((await ask({ host }, { path: '/' })).status).toBe(403)
  })

  test('may be any address, but no name, when the app is open to the network', async () => {
    const own = app
    app = await startApp({ gatewayUrl: 'http://127.0.0.1:9', host: '0.0.0.0' })
    expect((await ask({ host: '192.168.1.5:8000' })).status).toBe(200)
    expect((await ask({ host: 'evil.example' })).status).toBe(403)
    await app.close()
    app = own
  })
})

describe('a request that changes something', () => {
  const post = (headers: Record<string, string>) =>
    ask(
      { host: `localhost:${port()}`, 'content-type': 'application/json', ...headers },
      { method: 'POST', path: '/api/race', body: '{}' },
    )

  test.each([
    [{}],
    [{ origin: 'http://localhost:PORT' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:PORT' }],
    // Through a development server, which sends the app's address as Host.
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5173' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: 'https://race.example' }],
    [{ origin: 'http://race.example:8080' }],
  ])('may come with %j', async (headers: Record<string, string>) => {
    const origin = headers.origin?.replace('PORT', port())
    // 400, not 403: it is let through, and its empty body is then refused.
    expect((await post({ ...headers, ...(origin ? { origin } : {}) })).status).toBe(400)
  })

  test.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'http://localhost:3000' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost.evil.example' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }],
  ])('may not come with %j', async (headers) => {
    const answer = await post(headers as Record<string, string>)
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'cross_origin' } })
  })

  test.each(['DELETE', 'PUT', 'PATCH'])('may not come from another site by %s either', async (method) => {
    const headers = { host: 'localhost', origin: 'http://evil.example' }
    expect((await ask(headers, { method, path: '/api/races/x' })).status).toBe(403)
  })
})

describe('a request without a body', () => {
  /** Writes the bytes itself: fetch and Node's request add headers of their own. */
  async function send(method: string, where: string, headers: Record<string, string>) {
    const { hostname, port } = new URL(app.url)
    const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers })
    const socket = connect(Number(port), hostname)
    socket.write(
      `${method} ${where} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    )
    const [head, body] = (await text(socket)).split('\r\n\r\n')
    return { status: Number(head!.split(' ')[1]), body: body! }
  }

  const shapes: Record<string, string>[] = [
    {},
    { 'content-length': '0' },
    { 'content-type': 'application/json' },
    { 'content-length': '0', 'content-type': 'application/json' },
    { 'content-length': '0', 'content-type': 'application/octet-stream' },
  ]

  test.each(shapes)('needs no content-type, with the headers %j', async (headers) => {
    for (const [method, where] of [
      ['POST', '/api/races/none/stop'],
      ['DELETE', '/api/races/none'],
      ['DELETE', '/api/prompts/none'],
    ] as const) {
      expect(await send(method, where, headers)).toMatchObject({
        status: 404,
        body: expect.stringContaining('"not_found"'),
      })
    }
    // An endpoint that needs a body names what is missing, not the content type.
    expect(await send('POST', '/api/race', headers)).toMatchObject({
      status: 400,
      body: expect.stringContaining('"invalid_request"'),
    })
  })

  test.each(shapes)('is still refused to another site, with the headers %j', async (headers) => {
    const foreign = { ...headers, origin: 'http://evil.example' }
    expect((await send('DELETE', '/api/races/none', foreign)).status).toBe(403)
  })
})

test('every answer carries the strict policy, and no CORS header', async () => {
  for (const where of ['/', '/api/health', '/api/nothing']) {
    const { headers } = await ask({ host: 'localhost' }, { path: where })
    const policy = headers['content-security-policy'] as string
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]) {
      expect(policy.split(';')).toContain(rule)
    }
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers).not.toHaveProperty('x-powered-by')
  }
})

test('an unforeseen error is not shown', async () => {
  await app.db.schema.dropTable('prompts').execute()
  const { status, body } = await ask({ host: 'localhost' })
  expect(status).toBeGreaterThanOrEqual(500)
  expect(JSON.parse(body)).toMatchObject({ error: { code: expect.any(String) } })
  expect(body).not.toMatch(/ at |\.ts|select/)
})

describe('the web', () => {
  const html = { host: 'localhost', accept: 'text/html' }

  test('that is not built says how to build it', async () => {
    const { status, body } = await ask(html, { path: '/' })
    expect(status).toBe(503)
    expect(body).toMatch(/npm start/)
  })

  test('is served, its pages by their permalinks, its assets for ever', async () => {
    mkdirSync(path.join(folder, 'dist/assets'), { recursive: true })
    writeFileSync(path.join(folder, 'dist/index.html'), '<div id="root"></div>')
    writeFileSync(path.join(folder, 'dist/assets/app-1a2b.js'), 'let x')
    for (const where of ['/', '/races/123', '/leaderboard']) {
      const page = await ask(html, { path: where })
      expect(page).toMatchObject({ status: 200, body: '<div id="root"></div>' })
      expect(page.headers['cache-control']).toBe('no-cache')
    }
    const asset = await ask({ host: 'localhost' }, { path: '/assets/app-1a2b.js' })
    expect(asset.status).toBe(200)
    expect(asset.headers['cache-control']).toMatch(/max-age=31536000, immutable/)
    // A script that is gone must not come as a page.
    expect((await ask(html, { path: '/assets/gone.js' })).status).toBe(404)
    for (const path of [
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%00',
    ]) {
      expect((await ask(html, { path })).status, path).toBe(404)
    }
    expect((await ask({ host: 'localhost', accept: 'image/png' }, { path: '/x.png' })).status).toBe(404)
    expect((await ask(html, { path: '/../package.json' })).body).toBe('<div id="root"></div>')
  })
})
