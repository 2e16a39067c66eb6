/** A gateway whose config changes while it runs, and that ends without cutting its calls, as a real process. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashOf } from './support/api-keys.ts'
import { type RunningProgram, startProgram } from './support/programs.ts'

/** A stream whose second half the provider holds back until the test lets it go on. */
const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const half = (name: string) =>
  Array.from({ length: 50 }, (_, index) => chunk({ content: `${name}${index} ` })).join('')
const firstHalf = chunk({ role: 'assistant', content: '' }) + half('a')
const secondHalf = `${half('b')}${chunk({}, 'stop')}data: [DONE]\n\n`

/** Enough for a busy machine. */
const eventually = { timeout: 30_000 }

let folder: string
let config: string
let provider: Server
let providerUrl: string
let going: PromiseWithResolvers<void>
let gateway: RunningProgram

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'living-'))
  config = join(folder, 'gateway.yaml')
  going = Promise.withResolvers()
  provider = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (!body.includes('"stream":true')) {
      response.setHeader('content-type', 'application/json')
      const { model } = JSON.parse(body) as { model: string }
      return response.end(
        JSON.stringify({ model, choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] }),
      )
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(firstHalf)
    await going.promise
    return response.end(secondHalf)
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  providerUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
})
afterEach(async () => {
  gateway.process.kill('SIGKILL')
  await gateway.exited
  provider.closeAllConnections()
  provider.close()
  rmSync(folder, { recursive: true, force: true })
})

/** JSON is YAML. */
function toText(names: string[], keys: string[]): string {
  const models = names.map((name) => ({ name, provider: 'custom', params: { baseUrl: `${providerUrl}/v1` } }))
  const apiKeys = { keys: keys.map((key) => ({ id: key, keyHash: hashOf(key), isAdmin: key === 'boss' })) }
  const audit = { path: join(folder, 'audit.jsonl') }
  return JSON.stringify({ llm: { models, policies: { apiKeys, audit } } })
}

/** Replaces the file, as editors do. */
function edit(text: string) {
  writeFileSync(`${config}.new`, text)
  renameSync(`${config}.new`, config)
}

async function start(env: Record<string, string> = {}) {
  writeFileSync(config, toText(['m'], ['boss', 'guest']))
  gateway = await startProgram('gateway', {
    GATEWAY_CONFIG: config,
    GATEWAY_PORT: '0',
    GATEWAY_METRICS_PORT: '0',
    GATEWAY_DISCOVERY: 'off',
    ...env,
  })
}

function ask(body: object, key = 'boss') {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body }),
  })
}

/** A stream whose first half has arrived. */
async function askStream() {
  const response = await ask({ stream: true, stream_options: { include_usage: true } })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (text.length < firstHalf.length) text += (await reader.read()).value
  return {
    async rest() {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return text
        text += value
      }
    },
  }
}

const metricsUrl = () => /metrics on (http:\S+)/.exec(gateway.output())![1]!
const metrics = async () => (await fetch(metricsUrl())).text()
const reloads = async (outcome: string) =>
  Number(
    new RegExp(`^gateway_config_reloads_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(
      await metrics(),
    )![1],
  )

test('an edit during a stream: the stream is whole, the next call uses it, a removed key is refused', async () => {
  await start()
  const stream = await askStream()
  expect((await ask({ model: 'n' })).status).toBe(404)
  expect((await ask({}, 'guest')).status).toBe(200)

  edit(toText(['m', 'n'], ['boss']))
  await expect.poll(async () => (await ask({ model: 'n' })).status, eventually).toBe(200)
  expect((await ask({}, 'guest')).status).toBe(401)
  going.resolve()
  expect(await stream.rest()).toBe(firstHalf + secondHalf)
  expect(await reloads('applied')).toBe(1)
})

test('a bad edit: all its faults are in the log, the old config stays, and the next good one is used', async () => {
  await start()
  edit('llm:\n  models:\n  - name: a\n    provider: grok\n    key: b\n')
  await expect.poll(() => reloads('refused'), eventually).toBe(1)
  await expect.poll(() => gateway.output(), eventually).toContain('did you mean \\"groq\\"')
  expect(gateway.output()).toContain('unknown key \\"key\\"')
  expect((await ask({})).status).toBe(200)
  const status = await fetch(`${gateway.url}/admin/config`, { headers: { authorization: 'Bearer boss' } })
  expect(await status.json()).toMatchObject({
    hash: createHash('sha256')
      .update(toText(['m'], ['boss', 'guest']))
      .digest('hex'),
    refused: { faults: [expect.stringContaining('line 4'), expect.stringContaining('line 5')] },
  })

  edit(toText(['n'], ['boss']))
  await expect.poll(async () => (await ask({ model: 'n' })).status, eventually).toBe(200)
  expect((await ask({})).status).toBe(404)
})

test('SIGHUP ends nothing: the file is read again, and the same text is applied only once', async () => {
  await start()
  edit(toText(['m', 'n'], ['boss']))
  gateway.process.kill('SIGHUP')
  await expect.poll(() => reloads('applied'), eventually).toBe(1)
  gateway.process.kill('SIGHUP')
  edit('llm: [')
  await expect.poll(() => reloads('refused'), eventually).toBe(1)
  expect(await reloads('applied')).toBe(1)
})

test('SIGTERM during a stream: not ready, no new connections, the stream comes to its end, exit code 0', async () => {
  await start()
  const stream = await askStream()
  expect((await fetch(new URL('/ready', metricsUrl()))).status).toBe(200)
  gateway.process.kill('SIGTERM')
  await expect.poll(async () => (await fetch(new URL('/ready', metricsUrl()))).status, eventually).toBe(503)
  // A connection that this client had kept open can still be answered, and is then closed.
  const knock = () =>
    fetch(`${gateway.url}/ready`).then(
      ({ status }) => status,
      () => 'nobody there',
    )
  await expect.poll(knock, eventually).toBe('nobody there')
  going.resolve()
  expect(await stream.rest()).toBe(firstHalf + secondHalf)
  expect(await gateway.exited).toBe(0)
})

test('GATEWAY_DRAIN_DELAY_MS: load balancers see that it is not ready while it still answers', async () => {
  await start({ GATEWAY_DRAIN_DELAY_MS: '60000' })
  gateway.process.kill('SIGTERM')
  await expect.poll(async () => (await fetch(`${gateway.url}/ready`)).status, eventually).toBe(503)
  const response = await ask({})
  expect(response.status).toBe(200)
  expect(response.headers.get('connection')).toBe('close')
})

test('past the deadline: an error event, no [DONE], a line in the audit, exit code 0', async () => {
  await start({ GATEWAY_DRAIN_MS: '100' })
  const stream = await askStream()
  gateway.process.kill('SIGTERM')
  const text = await stream.rest()
  expect(text.startsWith(firstHalf)).toBe(true)
  expect(text.slice(firstHalf.length)).toMatch(/^data: \{"error":\{.*"code":"gateway_shutdown".*\}\n\n$/)
  expect(await gateway.exited).toBe(0)
  const lines = readFileSync(join(folder, 'audit.jsonl'), 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['gateway_shutdown'])
})

test('a second SIGTERM ends it at once', async () => {
  await start()
  await askStream()
  const asking = setInterval(() => gateway.process.kill('SIGTERM'), 100)
  expect(await gateway.exited).toBe(0)
  clearInterval(asking)
})
