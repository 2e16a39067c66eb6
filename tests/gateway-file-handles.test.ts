/** A gateway that runs out of file handles, in a real process: it says so, and blames no provider for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type RunningProgram, root, startCommand, startProgram } from './support/programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
/** Some 30 of them are its own. */
const handles = 70
let simulator: RunningProgram
let gateway: RunningProgram

beforeAll(async () => {
  const config = join(folder, 'gateway.yaml')
  const llm = {
    models: [{ name: 'silent', provider: 'simulator', params: { model: 'silent' } }],
    policies: { retry: { attempts: 1 }, circuitBreaker: { consecutiveFailures: 1, cooldownMs: 60_000 } },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm }))
  simulator = await startProgram('simulator', { SIMULATOR_PORT: '0' })
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
})
afterAll(async () => {
  await Promise.all([gateway?.stop(), simulator?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

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
  const metricsUrl = /metrics on (http:\S+)/.exec(gateway.output())![1]!
  // While handles are still being given back it may close this connection too.
  const metrics = await vi.waitFor(async () => (await fetch(metricsUrl)).text())
  expect(metrics).toMatch(/^gateway_breaker_state\{[^}]*target="silent"[^}]*\} 0$/m)
  // They were counted, so there was something to blame the target for.
  expect(metrics).toMatch(/^gateway_requests_total\{[^}]*status="503"[^}]*\} [1-9]\d*$/m)
})
