/** A gateway that runs out of file handles, in a real process: it says so, and does not blame a provider. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type RunningProgram, root, startCommand, startProgram } from './support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
const config = join(folder, 'gateway.yaml')
/** The gateway itself needs some 30 of them. */
const handles = 70
let simulator: RunningProgram
let gateway: RunningProgram
let metricsUrl: string

beforeAll(async () => {
  const llm = {
    models: [{ name: 'silent', provider: 'simulator', params: { model: 'silent' } }],
    policies: { retry: { attempts: 1 }, circuitBreaker: { consecutiveFailures: 1, cooldownMs: 60_000 } },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm }))
  simulator = await startProgram('simulator', { SIMULATOR_PORT: '0' })
})
afterAll(async () => {
  await simulator?.stop()
  rmSync(folder, { recursive: true, force: true })
})
// A new gateway for each test, because one that was out of handles frees them only after a while.
beforeEach(async () => {
  const node = [process.execPath, join(root, 'packages/gateway/src/main.ts')]
  gateway = await startCommand(
    ['bash', '-c', `ulimit -n ${handles}; exec "$@"`, 'gateway', ...node],
    {
      GATEWAY_CONFIG: config,
      GATEWAY_PORT: '0',
      GATEWAY_METRICS_PORT: '0',
      GATEWAY_DISCOVERY: 'off',
      GATEWAY_BOOKS: 'off',
      GATEWAY_DRAIN_MS: '0',
      SIMULATOR_URL: simulator.url,
    },
    /gateway ready on (http:\/\/[^\s,]+)/,
  )
  metricsUrl = /metrics on (http:\S+)/.exec(gateway.output())![1]!
})
afterEach(async () => {
  await gateway?.stop()
})

const patience = { timeout: 30_000 }

test('calls beyond its handles get a 503 that says so; the target’s breaker stays closed', async () => {
  const leaving = new AbortController()
  const told: { status: number; body: { error: { code: string; message: string } } }[] = []
  const first = Promise.withResolvers<void>()
  const calls = Array.from({ length: handles }, async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'silent', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
      signal: leaving.signal,
    })
    told.push({ status: response.status, body: (await response.json()) as (typeof told)[number]['body'] })
    first.resolve()
  })
  const all = Promise.allSettled(calls)
  await first.promise
  leaving.abort()
  await all
  for (const { status, body } of told) {
    expect([status, body.error.code]).toEqual([503, 'out_of_file_handles'])
    expect(body.error.message).toContain('ulimit -n')
  }
  // While handles are still being freed, the gateway can close this connection too.
  const metrics = await vi.waitFor(async () => (await fetch(metricsUrl)).text(), patience)
  expect(metrics).toMatch(/^gateway_breaker_state\{[^}]*target="silent"[^}]*\} 0$/m)
  // The calls were counted as failed, so the breaker could have counted them too.
  expect(metrics).toMatch(/^gateway_requests_total\{[^}]*status="503"[^}]*\} [1-9]\d*$/m)
})

test('without a handle left it still gives its metrics, except those that need a handle to be read', async () => {
  const { hostname, port } = new URL(gateway.url)
  // A connection that was opened before, because there is no handle for a new one.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (url: string | URL) => {
    const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
    return { status: response.statusCode, text: await text(response) }
  }
  const idle: Socket[] = []
  await ask(new URL('/ready', metricsUrl))
  try {
    // The first one that is closed at once is the first without a handle.
    const closed = Array.from({ length: handles }, () => {
      const socket = connect(Number(port), hostname).on('error', () => {})
      idle.push(socket)
      return once(socket.resume(), 'close')
    })
    await Promise.race(closed)
    const { status, text } = await ask(metricsUrl)
    expect(status).toBe(200)
    expect(text).toMatch(/^gateway_in_flight_requests 0$/m)
    expect(text).toMatch(/^nodejs_heap_size_used_bytes [1-9]/m)
    expect(text).not.toMatch(/^process_(resident_memory_bytes|open_fds|max_fds) /m)
  } finally {
    for (const socket of idle) socket.destroy()
    agent.destroy()
  }
  await vi.waitFor(
    async () => expect((await ask(metricsUrl)).text).toMatch(/^process_resident_memory_bytes [1-9]/m),
    patience,
  )
})
