import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { token } from './testing/chunks.ts'
import { messages } from './testing/gateway.ts'
import { useProgram } from './testing/program.ts'
import { json, startUpstream } from './testing/upstream.ts'

const { pathOf, run } = useProgram()

test('a broken config: all its faults, exit 1', async () => {
  const { stderr, exited } = run('llm:\n  models:\n  - name: a\n    provider: grok\n    key: b\n')
  expect((await exited)[0]).toBe(1)
  expect((await stderr).split('\n')).toEqual([
    expect.stringMatching(/gateway\.yaml cannot be used:$/),
    '  llm.models[0].provider (line 4): unknown provider "grok"; did you mean "groq"?',
    '  llm.models[0].key (line 5): unknown key "key"; known are: name, aliases, provider, params, description, price, timeouts, retry, circuitBreaker',
    '',
  ])
})

test('no config: its path and what to set, exit 1', async () => {
  const { stderr, exited } = run(null)
  expect((await exited)[0]).toBe(1)
  expect(await stderr).toMatch(/gateway\.yaml cannot be read \(ENOENT\)\. Set GATEWAY_CONFIG/)
})

test.each([
  [
    { OTEL_BSP_MAX_QUEUE_SIZE: 'many' },
    'OTEL_BSP_MAX_QUEUE_SIZE is "many": set it to a number of spans, from 1 to 100000.',
  ],
  [
    { OTEL_TRACES_SAMPLER: 'sometimes' },
    'OTEL_TRACES_SAMPLER is "sometimes": set it to one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio.',
  ],
  [
    { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem' },
    'OTEL_EXPORTER_OTLP_CERTIFICATE is "/nowhere/ca.pem", which cannot be read (ENOENT): set it to a file in PEM.',
  ],
])(
  'an invalid setting of traces: one line, exit 1; without an endpoint it is ignored: %j',
  async (given, words) => {
    const setting = given as Record<string, string>
    const { stderr, exited } = run('llm: {}', {
      ...setting,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    })
    expect((await exited)[0]).toBe(1)
    expect(await stderr).toBe(`${words}\n`)
    expect(await run('llm: {}', setting).firstLine).toMatch(/^gateway ready/)
  },
)

test.each(['verbose', 'off'])('an unknown LOG_LEVEL: one line, exit 1: %s', async (level) => {
  const { stderr, exited } = run('llm: {}', { LOG_LEVEL: level })
  expect((await exited)[0]).toBe(1)
  expect(await stderr).toBe(
    `LOG_LEVEL is "${level}": set it to one of trace, debug, info, warn, error, fatal, silent.\n`,
  )
})

test.each([
  [{ GATEWAY_DISCOVERY: 'false' }, 'GATEWAY_DISCOVERY is "false": set it to on or off.'],
  [
    { ALLOWED_HOSTS: 'a.example, https://llm.example.com' },
    'ALLOWED_HOSTS holds "https://llm.example.com": list whole names such as llm.example.com, separated by commas.',
  ],
  [{ ALLOWED_HOSTS: '*.example.com' }, /^ALLOWED_HOSTS holds "\*\.example\.com": list whole names/],
  [
    { SIMULATOR_URL: 'localhost:4010' },
    'SIMULATOR_URL must be an http:// or https:// address, as in http://127.0.0.1:4010.',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    'OTEL_EXPORTER_OTLP_ENDPOINT is not a URL: set it to one with http:// or https://, such as http://127.0.0.1:4318.',
  ],
  [{ SIMULATOR_PORT: 'simulator' }, /^SIMULATOR_PORT is "simulator": set it to a number/],
  [
    { GATEWAY_BOOKS: 'file:data/books.db' },
    'GATEWAY_BOOKS is "file:data/books.db": set it to a path, without `file:`, or to off.',
  ],
])('an invalid variable: one line, exit 1: %j', async (setting, words) => {
  const { stderr, exited } = run('llm: {}', setting as Record<string, string>)
  expect((await exited)[0]).toBe(1)
  expect((await stderr).trim()).toMatch(words)
})

test('`OFF` in capital letters means off too', async () => {
  const { firstLine } = run('llm: {}', { GATEWAY_BOOKS: 'OFF', GATEWAY_DISCOVERY: 'Off' })
  const metricsUrl = /metrics on (\S+)/.exec(await firstLine)![1]!
  expect(await (await fetch(metricsUrl)).text()).not.toContain('gateway_books_up')
})

test.each<Record<string, string>>([
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', OTEL_SDK_DISABLED: 'True' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', OTEL_TRACES_EXPORTER: 'NONE' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
])('without traces nothing checks where they would go: %j', async (setting) => {
  const { firstLine } = run('llm: {}', setting)
  expect(await firstLine).toContain('gateway ready on')
})

test.each(['GATEWAY_PORT', 'GATEWAY_METRICS_PORT'])(
  'a taken %s: one line that names port and variable, exit 1',
  async (variable) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const { stderr, exited } = run('llm: {}', { [variable]: String(port) })
    expect((await exited)[0]).toBe(1)
    expect(await stderr).toBe(`Port ${port} is in use. Free it, or set ${variable} to another port.\n`)
    taken.close()
  },
)

test.each(['LOCALHOST', '127.1'])(
  'HOST=%s is the loopback too: other names are turned away',
  async (host) => {
    const [, url] = /ready on (\S+),/.exec(await run('llm: {}', { HOST: host }).firstLine)!
    const callAs = async (name: string) => {
      const [response] = await once(
        request(`${url}/v1/models`, { headers: { host: name } }).end(),
        'response',
      )
      response.resume()
      return response.statusCode
    }
    expect(await callAs('evil.example')).toBe(403)
    expect(await callAs(host)).toBe(200)
  },
)

test('a connection that cannot be accepted is logged, and the gateway goes on', async () => {
  // When a connection is refused differs between operating systems. Node reports it as an error of the server.
  const failing = `import { Server } from 'node:net'
const { listen } = Server.prototype
Server.prototype.listen = function (...all) {
  process.on('message', () => this.emit('error', new Error('accept EMFILE')))
  return listen.apply(this, all)
}`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(failing)}`
  const { child, stderr, firstLine, exited } = run('llm: {}', { NODE_OPTIONS })
  const url = /ready on (http:[^\s,]+)/.exec(await firstLine)![1]!
  const told = once(child.stderr!, 'data')
  child.send('fail')
  await told
  expect((await fetch(`${url}/health`)).status).toBe(200)
  child.kill('SIGTERM')
  expect((await exited)[0]).toBe(0)
  expect(await stderr).toContain('accept EMFILE')
})

test.each([
  ['a.db', 'b.db', /takes a restart of the gateway; until then they are kept in \S+\/a\.db"/],
  ['off', 'b.db', /takes a restart of the gateway; until then none are kept"/],
  ['a.db', './a.db', /"warnings":\[\]/],
])(
  'a new gateway.yaml that has the books in another file says when that holds: %s, then %s',
  async (before, after, told) => {
    const withBooks = (file: string) =>
      `llm: { policies: { books: { file: ${file === 'off' ? file : `${pathOf('.')}/${file}`} } } }`
    const { child, stderr, firstLine, exited } = run(withBooks(before), { GATEWAY_BOOKS: '' })
    await firstLine
    const line = once(child.stderr!, 'data')
    writeFileSync(pathOf('gateway.yaml'), withBooks(after))
    child.kill('SIGHUP')
    await line
    child.kill('SIGTERM')
    await exited
    expect(await stderr).toMatch(told)
  },
)

test('an edit between the first reading of gateway.yaml and the start of its watch takes effect too', async () => {
  const edit = 'llm: { models: [{ name: new, provider: simulator }] }'
  const editing = `import fs, { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const { watch } = fs
fs.watch = (...all) => {
  writeFileSync(process.env.GATEWAY_CONFIG, ${JSON.stringify(edit)})
  return watch(...all)
}
syncBuiltinESMExports()`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(editing)}`
  const { firstLine } = run('llm: {}', { NODE_OPTIONS })
  const url = /ready on (http:[^\s,]+)/.exec(await firstLine)![1]!
  expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({ data: [{ id: 'new' }] })
})

test.each([
  ['a pipe in the place of', true, 'is no regular file'],
  ['no', false, 'cannot be read (ENOENT). Put it back.'],
])('%s gateway.yaml is refused like any bad edit, and holds nothing up', async (_what, isPipe, words) => {
  const { child, stderr, firstLine, exited } = run('llm: {}')
  await firstLine
  const path = pathOf('gateway.yaml')
  rmSync(path)
  if (isPipe) execFileSync('mkfifo', [path])
  child.kill('SIGHUP')
  child.kill('SIGTERM')
  expect((await exited)[0]).toBe(0)
  expect(await stderr).toContain(`${path} ${words}`)
})

test('the metrics tell which gateway it is, since when it runs, and what it takes', async () => {
  const { firstLine } = run('llm: {}')
  const beganAtMs = Date.now()
  const metricsUrl = /metrics on (\S+)/.exec(await firstLine)![1]!
  const text = await (await fetch(metricsUrl)).text()
  expect(text).toMatch(/^gateway_build_info\{version="\d+\.\d+\.\d+"\} 1$/m)
  const valueOfMetric = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
  const startedAtMs = valueOfMetric('process_start_time_seconds') * 1000
  expect(Math.abs(startedAtMs - beganAtMs)).toBeLessThan(60_000)
  const memory = ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes'].map(valueOfMetric)
  for (const bytes of memory) expect(bytes).toBeGreaterThan(1_000_000)
  expect(valueOfMetric('process_cpu_seconds_total')).toBeGreaterThan(0)
  if (process.platform !== 'linux') return
  expect(valueOfMetric('process_open_fds')).toBeGreaterThan(5)
  expect(valueOfMetric('process_max_fds')).toBeGreaterThan(valueOfMetric('process_open_fds'))
})

test('a stop leaves the books in one file, whose copy another gateway goes on with', async () => {
  const upstream = await startUpstream(json({ choices: [{ message: { content: 'ok' } }] }))
  const key = 'gwk_admin'
  const keyHash = `sha256:${createHash('sha256').update(key).digest('hex')}`
  const config = `llm:
  models: [{ name: m, provider: custom, params: { baseUrl: "${upstream.url}" } }]
  policies: { apiKeys: { keys: [{ id: a, keyHash: "${keyHash}", isAdmin: true }] } }`
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  mkdirSync(pathOf('books'))

  const first = run(config, { GATEWAY_BOOKS: pathOf('books/books.db') })
  const url = /ready on (http:[^\s,]+)/.exec(await first.firstLine)![1]!
  const body = JSON.stringify({ model: 'm', messages })
  await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })).text()
  first.child.kill('SIGTERM')
  await first.exited
  expect(readdirSync(pathOf('books'))).toEqual(['books.db'])

  copyFileSync(pathOf('books/books.db'), pathOf('copy.db'))
  const second = run(config, { GATEWAY_BOOKS: pathOf('copy.db') })
  const nextUrl = /ready on (http:[^\s,]+)/.exec(await second.firstLine)![1]!
  const usage = await fetch(`${nextUrl}/admin/usage`, { headers })
  expect(await usage.json()).toMatchObject({ total: { calls: 1 } })
  await upstream.close()
})

test.each(['SIGTERM', 'SIGINT', 'disconnect'] as const)(
  'ends on %s with 0, open streams and all',
  async (signal) => {
    const upstream = await startUpstream((response) => void response.writeHead(200).write(token('a')))
    const params = `{ baseUrl: "${upstream.url}/v1" }`
    const { child, stdout, firstLine, exited } = run(
      `llm: { models: [{ name: m, provider: custom, params: ${params} }] }`,
    )
    const url = /^gateway ready on (http:\S+), metrics on http:\/\/127\.0\.0\.1:\d+\/metrics\n$/.exec(
      await firstLine,
    )![1]
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: [{}], stream: true }),
    })
    await response.body!.getReader().read()
    if (signal === 'disconnect') child.disconnect()
    else child.kill(signal)
    expect((await exited)[0]).toBe(0)
    expect((await stdout).split('\n')).toHaveLength(2)
    await upstream.received[0]!.cutOff
    await upstream.close()
  },
)
