/** The spans that a collector gets of calls through the gateway, a real process with OpenTelemetry's variables. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Collector, type Span, startCollector } from './support/collector.ts'
import { freePort, type RunningProgram, startProgram } from './support/programs.ts'

let folder: string
let collector: Collector
let provider: Server
let received: IncomingHttpHeaders[]
let finishReason: string
let gateway: RunningProgram

const event = (data: object | string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const chunk = (more: object) =>
  event({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'up-1', ...more })
const choice = (delta: object, finish_reason: string | null = null) =>
  chunk({ choices: [{ index: 0, delta, finish_reason }] })
const usage = {
  prompt_tokens: 7,
  completion_tokens: 3,
  total_tokens: 10,
  prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'traces-'))
  collector = await startCollector()
  received = []
  finishReason = 'stop'
  // The model `bad` always fails, all others answer.
  provider = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    received.push(request.headers)
    if (body.includes('"model":"bad"')) return response.writeHead(503).end('{"error":{"message":"no"}}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    return response.end(
      choice({ role: 'assistant', content: 'the answer' }) +
        choice({}, finishReason) +
        chunk({ choices: [], usage }) +
        event('[DONE]'),
    )
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  gateway.process.kill('SIGKILL')
  await gateway.exited
  provider.closeAllConnections()
  provider.close()
  collector.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(env: Record<string, string>) {
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`
  const models = [
    ...['good', 'bad'].map((name) => ({ name, provider: 'custom', params: { baseUrl } })),
    { name: 'claude', provider: 'anthropic', params: { baseUrl, apiKey: 'none' } },
  ]
  const targets = [
    { model: 'bad', priority: 1 },
    { model: 'good', priority: 2 },
  ]
  const virtualModels = [
    { name: 'v', routing: { priority: { targets } }, retry: { attempts: 1 } },
    { name: 'w', routing: { priority: { targets: [{ model: 'claude', priority: 1 }, targets[1]] } } },
  ]
  const config = join(folder, 'gateway.yaml')
  writeFileSync(config, JSON.stringify({ llm: { models, virtualModels } }))
  gateway = await startProgram('gateway', {
    GATEWAY_CONFIG: config,
    GATEWAY_PORT: '0',
    GATEWAY_METRICS_PORT: '0',
    GATEWAY_DISCOVERY: 'off',
    ...env,
  })
}

const endpoint = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })

async function ask(model: string, headers: Record<string, string> = {}, more: object = {}) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      model,
      stream: true,
      messages: [{ role: 'user', content: 'the question' }],
      ...more,
    }),
  })
  return { status: response.status, text: await response.text() }
}

/** All spans have been sent when the gateway has ended. */
async function spansAfterStop(): Promise<Span[]> {
  expect(await gateway.stop()).toBe(0)
  return collector.spans
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerSpan = '00f067aa0ba902b7'
const traceparent = (flags: '00' | '01') => `00-${traceId}-${callerSpan}-${flags}`

test('a span holds 200 letters of the finish reason, however long the provider’s is', async () => {
  await start(endpoint())
  finishReason = 'x'.repeat(100_000)
  expect((await ask('good')).text).toContain(finishReason)
  const reasons = (await spansAfterStop()).map((span) => span.attributes['gen_ai.response.finish_reasons'])
  expect(reasons).toEqual([['x'.repeat(200)], ['x'.repeat(200)]])
})

test('a call and its attempts are spans of the caller’s trace, and each provider gets its own span', async () => {
  await start(endpoint())
  await ask('v', { traceparent: traceparent('01'), tracestate: 'vendor=1' })
  const [bad, good, call] = (await spansAfterStop()).sort((a, b) => b.kind - a.kind || a.startMs - b.startMs)
  expect(collector.spans).toHaveLength(3)
  expect(call).toMatchObject({
    traceId,
    parentSpanId: callerSpan,
    name: 'chat v',
    kind: 2,
    status: 0,
    service: 'drag-race-gateway',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'custom',
      'gen_ai.request.model': 'v',
      'gen_ai.response.model': 'up-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.usage.output_tokens': 3,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.cache_write.input_tokens': 2,
      'http.response.status_code': 200,
      'gateway.attempts': 2,
      'gateway.request_id': expect.stringMatching(/^req_/),
    },
  })
  expect(call!.attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
  expect(bad).toMatchObject({
    name: 'chat bad',
    status: 2,
    attributes: { 'error.type': 'http_503', 'http.response.status_code': 503, 'gateway.target': 'bad' },
  })
  expect(good).toMatchObject({
    name: 'chat good',
    status: 0,
    attributes: { 'gen_ai.response.id': 'c-1', 'gen_ai.usage.output_tokens': 3 },
  })
  for (const [index, attempt] of [bad!, good!].entries()) {
    expect(attempt).toMatchObject({ traceId, parentSpanId: call!.spanId, kind: 3 })
    expect(received[index]).toMatchObject({
      traceparent: `00-${traceId}-${attempt.spanId}-01`,
      tracestate: 'vendor=1',
    })
    expect(attempt.startMs).toBeGreaterThanOrEqual(call!.startMs)
    expect(attempt.endMs).toBeLessThanOrEqual(call!.endMs)
  }
  expect(Math.abs(call!.endMs - Date.now())).toBeLessThan(60_000)
})

test('a target to which nothing could be sent has no span, and its outcome is on no other span', async () => {
  await start(endpoint())
  // Anthropic has no logprobs.
  await ask('w', {}, { logprobs: true })
  const [attempt, call] = (await spansAfterStop()).sort((a, b) => b.kind - a.kind)
  expect(collector.spans).toHaveLength(2)
  expect(attempt).toMatchObject({ name: 'chat good', status: 0, parentSpanId: call!.spanId })
  expect(attempt!.attributes).toMatchObject({
    'http.response.status_code': 200,
    'gen_ai.usage.output_tokens': 3,
  })
  expect(attempt!.attributes).not.toHaveProperty('error.type')
})

test('no span holds the text of a question or an answer', async () => {
  await start(endpoint())
  expect((await ask('good')).text).toContain('the answer')
  expect(await spansAfterStop()).toHaveLength(2)
  expect(collector.bytes().includes('the question')).toBe(false)
  expect(collector.bytes().includes('the answer')).toBe(false)
})

test('a caller’s trace that is not sampled is not sampled here either, and the provider is told so', async () => {
  await start(endpoint())
  await ask('good', { traceparent: traceparent('00') })
  expect(received[0]!.traceparent).toMatch(new RegExp(`^00-${traceId}-(?!${callerSpan})[0-9a-f]{16}-00$`))
  expect(await spansAfterStop()).toEqual([])
})

test('OTEL_TRACES_SAMPLER decides where the caller sent no trace', async () => {
  await start({
    ...endpoint(),
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
  await ask('good')
  expect(received[0]!.traceparent).toMatch(/-00$/)
  await ask('good', { traceparent: traceparent('01') })
  expect((await spansAfterStop()).map((span) => span.traceId)).toEqual([traceId, traceId])
})

test('OTEL_BSP_MAX_EXPORT_BATCH_SIZE decides how many spans go at once', async () => {
  await start({ ...endpoint(), OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' })
  await ask('v')
  await spansAfterStop()
  expect(collector.batches).toEqual([1, 1, 1])
})

test('a call that was refused is a span too, without the status of an error', async () => {
  await start({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
    OTEL_SERVICE_NAME: 'front',
  })
  await ask('unknown')
  const attributes = {
    'error.type': 'model_not_found',
    'gen_ai.request.model': 'unknown',
    'http.response.status_code': 404,
    'gateway.attempts': 0,
  }
  expect(await spansAfterStop()).toMatchObject([{ name: 'chat', status: 0, service: 'front', attributes }])
})

test('a broken traceparent begins a trace of its own', async () => {
  await start(endpoint())
  await ask('good', { traceparent: 'nonsense', tracestate: 'vendor=1' })
  expect(received[0]!.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(received[0]!.tracestate).toBeUndefined()
  expect((await spansAfterStop()).map(({ parentSpanId }) => parentSpanId)).toContain('')
})

test('an unreachable collector delays no call and no stop', async () => {
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
  for (let call = 0; call < 5; call++) expect((await ask('good')).status).toBe(200)
  expect(await gateway.stop()).toBe(0)
})

test('a collector that never answers does not keep the gateway from ending', async () => {
  const silent = await startCollector(new Promise(() => {}))
  await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: silent.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
    OTEL_BSP_EXPORT_TIMEOUT: '600000',
  })
  await ask('good')
  expect(await gateway.stop()).toBe(0)
  expect(silent.spans).toHaveLength(2)
  silent.close()
})

test('a slow collector loses what cannot wait, calls go on, and one line says so', async () => {
  const answering = Promise.withResolvers<void>()
  const slow = await startCollector(answering.promise)
  await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: slow.url,
    OTEL_BSP_MAX_QUEUE_SIZE: '1',
    OTEL_BSP_SCHEDULE_DELAY: '0',
  })
  for (let call = 0; call < 5; call++) expect((await ask('good')).status).toBe(200)
  answering.resolve()
  expect(await gateway.stop()).toBe(0)
  slow.close()
  expect(slow.spans.length).toBeLessThan(10)
  expect(gateway.output().match(/traces are dropped/g)).toHaveLength(1)
})

/** Prints every package of OpenTelemetry that is loaded. */
const telltale = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module'
   registerHooks({ resolve(name, context, next) {
     if (name.startsWith('@opentelemetry/')) process.stderr.write('loaded ' + name + '\\n')
     return next(name, context)
   } })`,
)}`

test('without an endpoint nothing of the SDK is loaded, and the caller’s context is passed on as it came', async () => {
  await start({ NODE_OPTIONS: `--import ${telltale}` })
  await ask('good', { traceparent: traceparent('01'), tracestate: 'vendor=1' })
  expect(received[0]).toMatchObject({ traceparent: traceparent('01'), tracestate: 'vendor=1' })
  expect(await spansAfterStop()).toEqual([])
  // prom-client loads the bare interface, for exemplars.
  expect(gateway.output()).not.toMatch(/loaded @opentelemetry\/(?!api)/)

  // With an endpoint the telltale prints it, so it works.
  await start({ ...endpoint(), NODE_OPTIONS: `--import ${telltale}` })
  expect(gateway.output()).toContain('loaded @opentelemetry/sdk-trace')
})
