import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ApiError, GatewayStats, RaceStatus } from '@drag-race/contracts'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { AppContext, GatewayAddress } from '../app-context.ts'
import { openDatabase } from '../history/open-database.ts'
import { serveRoutes } from '../testing/serve-routes.ts'
import { createTelemetry, createTelemetryRoutes } from './index.ts'

const page = (requests: number, ttftSeconds = requests) => `
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${requests}
gen_ai_server_time_to_first_token_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${requests}
gen_ai_server_time_to_first_token_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${ttftSeconds}
gateway_overhead_seconds_bucket{le="0.001"} ${requests}
gateway_overhead_seconds_bucket{le="+Inf"} ${requests}
`

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A port on which nobody listens any more. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/** A gateway that shows whatever page it holds, and keeps the Authorization headers that it was sent. */
async function startGateway(body = page(3)) {
  const gateway = { body, status: 200, url: '', authorizations: [] as (string | undefined)[] }
  gateway.url = await listen((request, response) => {
    gateway.authorizations.push(request.headers.authorization)
    response.writeHead(gateway.status, { 'content-type': 'text/plain; version=0.0.4' }).end(gateway.body)
  })
  return gateway
}

async function startApp(url: string, other: Partial<GatewayAddress> = {}) {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const context: AppContext = {
    db,
    log: pino({ level: 'silent' }),
    gateway: { url, metricsUrl: `${url}/metrics`, isDefaultAddress: true, apiKey: null, ...other },
    now: () => new Date('2026-05-04T10:00:00Z'),
    nowMs: () => 0,
  }
  // A short limit: the test of a gateway that never answers waits for it.
  const telemetry = createTelemetry(context, { timeoutMs: 500, bytesMax: 10_000 })
  const apiUrl = await serveRoutes(createTelemetryRoutes(context, telemetry))
  const get = (query = '') => fetch(`${apiUrl}/gateway-stats${query}`)
  const stats = async (query = '') => (await (await get(query)).json()) as GatewayStats
  return { db, telemetry, get, stats }
}

async function writeRace(app: { db: AppContext['db'] }, status: RaceStatus, gatewayAddedJson: string | null) {
  await app.db
    .insertInto('races')
    .values({
      id: 'race-1',
      started_at: '2026-05-04T09:00:00Z',
      started_at_ms: 0,
      status,
      prompt: 'p',
      category: null,
      prompt_id: null,
      request_json: '{}',
      finish_json: '"done"',
      margin_ms: null,
      verdict_json: null,
      gateway_added_json: gatewayAddedJson,
      clock_json: null,
      cold_start: 0,
    })
    .execute()
}

test('the panel shows the rows, the overhead and where they come from', async () => {
  const gateway = await startGateway()
  const { stats } = await startApp(gateway.url)
  expect(await stats()).toEqual({
    gatewayUrl: gateway.url,
    metricsUrl: `${gateway.url}/metrics`,
    isBuiltIn: true,
    readAt: '2026-05-04T10:00:00.000Z',
    problem: null,
    dialect: 'built-in',
    rows: [
      {
        provider: 'openai',
        model: 'a',
        requests: 3,
        failed: 0,
        inputTokens: 0,
        outputTokens: 0,
        costUsd: null,
        ttftMs: 1000,
        timePerOutputTokenMs: null,
        durationMs: null,
      },
    ],
    added: null,
    overhead: {
      count: 3,
      p50Ms: 0.5,
      p99Ms: 0.99,
      buckets: [
        { toMs: 1, count: 3 },
        { toMs: null, count: 0 },
      ],
    },
    targets: [],
    budgets: [],
  })
})

test('what the gateway tells of money, targets and budgets is shown, those that need a look first', async () => {
  const money = `
gateway_cost_usd_total{gen_ai_provider_name="openai",gen_ai_request_model="a",gen_ai_response_model="a-1"} 0.25
gateway_cost_usd_total{gen_ai_provider_name="openai",gen_ai_request_model="a",gen_ai_response_model="a-2"} 0.5
gateway_breaker_state{target="fine"} 0
gateway_breaker_state{target="down"} 2
gateway_breaker_state{target="probed"} 1
gateway_retries_total{gen_ai_request_model="route",target="down"} 2
gateway_retries_total{gen_ai_request_model="down",target="down"} 1
gateway_fallbacks_total{gen_ai_request_model="route",from="down",to="fine"} 4
gateway_fallbacks_total{gen_ai_request_model="route",from="gone",to="fine"} 1
gateway_budget_spent_usd{budget="caller",period="day",owner="a"} 1
gateway_budget_spent_usd{budget="caller",period="day",owner="b"} 4
gateway_budget_spent_usd{budget="caller",period="week",owner="a"} 3
gateway_budget_spent_usd{budget="team",period="day",owner="a"} 30
gateway_budget_spent_usd{budget="team",period="day",owner="b"} NaN
gateway_budget_spent_usd{budget="shut",period="day",owner="a"} 0
gateway_budget_limit_usd{budget="caller",period="day",mode="hard"} 5
gateway_budget_limit_usd{budget="team",period="day",mode="hard"} 100
gateway_budget_limit_usd{budget="shut",period="day",mode="hard"} 0
`
  const { stats } = await startApp((await startGateway(page(3) + money)).url)
  expect(await stats()).toMatchObject({
    rows: [{ model: 'a', costUsd: 0.75 }],
    targets: [
      { target: 'down', breaker: 'open', retries: 3, fallbacks: 4 },
      { target: 'probed', breaker: 'half-open', retries: 0, fallbacks: 0 },
      { target: 'fine', breaker: 'closed', retries: 0, fallbacks: 0 },
      { target: 'gone', breaker: null, retries: 0, fallbacks: 1 },
    ],
    budgets: [
      { budget: 'shut', period: 'day', owner: 'a', spentUsd: 0, limitUsd: 0 },
      { budget: 'caller', period: 'day', owner: 'b', spentUsd: 4, limitUsd: 5 },
      { budget: 'team', period: 'day', owner: 'a', spentUsd: 30, limitUsd: 100 },
      { budget: 'caller', period: 'day', owner: 'a', spentUsd: 1, limitUsd: 5 },
      { budget: 'caller', period: 'week', owner: 'a', spentUsd: 3, limitUsd: null },
    ],
  })
})

test('another gateway shows the money that it tells of, and neither targets nor budgets', async () => {
  const labels = 'alias="",model="a",provider="openai"'
  const body = `bifrost_upstream_requests_total{${labels}} 1\nbifrost_cost_total{${labels}} 0.002\n`
  const { stats } = await startApp((await startGateway(body)).url)
  expect(await stats()).toMatchObject({ rows: [{ costUsd: 0.002 }], targets: null, budgets: null })
})

test('vLLM raced without a gateway: it is its own provider', async () => {
  // From vLLM 0.32.0: the lines that are read, and two of the five hundred others.
  const labels = 'engine="0",model_name="tiny"'
  const { stats } = await startApp(
    (
      await startGateway(`vllm:num_requests_running{${labels}} 0.0
vllm:prompt_tokens_total{${labels}} 392.0
vllm:prompt_tokens_cached_total{${labels}} 7.0
vllm:generation_tokens_total{${labels}} 1262.0
vllm:request_success_total{engine="0",finished_reason="stop",model_name="tiny"} 4.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="tiny"} 45.0
vllm:request_success_total{engine="0",finished_reason="error",model_name="tiny"} 1.0
vllm:time_to_first_token_seconds_count{${labels}} 50.0
vllm:time_to_first_token_seconds_sum{${labels}} 5.883381128311157
vllm:request_time_per_output_token_seconds_count{${labels}} 50.0
vllm:request_time_per_output_token_seconds_sum{${labels}} 0.28882885078579285
vllm:e2e_request_latency_seconds_count{${labels}} 50.0
vllm:e2e_request_latency_seconds_sum{${labels}} 11.104573249816895
`)
    ).url,
  )
  const { problem, dialect, rows } = await stats()
  expect([problem, dialect]).toEqual([null, 'vllm'])
  expect(rows).toEqual([
    {
      provider: 'vllm',
      model: 'tiny',
      requests: 50,
      failed: 1,
      inputTokens: 392,
      outputTokens: 1262,
      costUsd: null,
      ttftMs: 117.67,
      timePerOutputTokenMs: 5.78,
      durationMs: 222.09,
    },
  ])
})

test('a running race shows what was added since its start', async () => {
  const gateway = await startGateway(page(3))
  const app = await startApp(gateway.url)
  await writeRace(app, 'running', null)
  expect((await app.stats('?race=race-1')).added).toBeNull()
  await app.telemetry.snapshot('race-1')
  gateway.body = page(5, 3.5)
  const { rows, added } = await app.stats('?race=race-1')
  expect(rows[0]?.requests).toBe(5)
  expect(added).toMatchObject([{ provider: 'openai', model: 'a', requests: 2, ttftMs: 250 }])
  expect(added?.[0]).not.toHaveProperty('observed')
})

test('the start of a race stays what it was when the gateway is read at its end', async () => {
  const gateway = await startGateway(page(3))
  const app = await startApp(gateway.url)
  await app.telemetry.snapshot('race-1')
  gateway.body = page(4)
  expect(await app.telemetry.snapshot()).toMatchObject([{ requests: 4 }])
  expect((await app.stats('?race=race-1')).added).toMatchObject([{ requests: 1 }])
})

test('what a race whose start was not read has added is not known, also when its end was read', async () => {
  const gateway = await startGateway(page(3))
  const app = await startApp(gateway.url)
  gateway.status = 503
  expect(await app.telemetry.snapshot('race-1')).toBeNull()
  gateway.status = 200
  expect(await app.telemetry.snapshot()).toHaveLength(1)
  expect((await app.stats('?race=race-1')).added).toBeNull()
})

test('a gateway that was restarted during a race is counted from zero', async () => {
  const gateway = await startGateway(page(30))
  const app = await startApp(gateway.url)
  await app.telemetry.snapshot('race-1')
  gateway.body = page(2)
  expect((await app.stats('?race=race-1')).added).toMatchObject([{ requests: 2 }])
})

test('a finished race shows what was stored at its end, also when the gateway is gone', async () => {
  const app = await startApp(await nowhere())
  await writeRace(app, 'finished', '[{"provider":"openai","model":"a","requests":7}]')
  const { problem, added } = await app.stats('?race=race-1')
  expect(added).toEqual([{ provider: 'openai', model: 'a', requests: 7 }])
  expect(problem).toContain('cannot be reached (ECONNREFUSED)')
})

test('for an unknown race it is not known what was added', async () => {
  const gateway = await startGateway()
  const { stats } = await startApp(gateway.url)
  expect((await stats('?race=nobody')).added).toBeNull()
})

test('a key that is not known is refused', async () => {
  const { get } = await startApp(await nowhere())
  const response = await get('?rase=1')
  expect(response.status).toBe(400)
  expect(((await response.json()) as ApiError).error.code).toBe('invalid_request')
})

test('a gateway that is down is reported, and one that never answers', async () => {
  const down = await startApp(await nowhere())
  expect(await down.stats()).toMatchObject({ dialect: 'unknown', rows: [], overhead: null })
  expect(await down.telemetry.snapshot('race-1')).toBeNull()
  const silent = await startApp(await listen(() => {}))
  expect((await silent.stats()).problem).toContain('did not answer within 0.5 s')
})

test.each([
  ['http://127.0.0.1:1/metrics', 'bad port'],
  ['http://admin:100%@127.0.0.1/metrics', 'URI malformed'],
])('of %s, which cannot be asked, the reason is told', async (metricsUrl, reason) => {
  const { stats } = await startApp(await nowhere(), { metricsUrl })
  expect((await stats()).problem).toContain(`cannot be reached (${reason})`)
})

test('an answer that is not metrics is reported, with what to do', async () => {
  const gateway = await startGateway()
  const { stats } = await startApp(gateway.url)
  const problems: [body: string, status: number, problem: string][] = [
    ['', 404, `${gateway.url}/metrics answered 404. Set GATEWAY_METRICS_URL`],
    ['', 401, 'it wants a key. Set GATEWAY_API_KEY'],
    ['', 403, 'it wants a key. Set GATEWAY_API_KEY'],
    ['<html>\n<p>hello</p>', 200, "is not in Prometheus's text format (line 1: it does not begin"],
    ['process_cpu_seconds_total 1\nbroken{', 200, 'from no gateway that the app knows'],
    ['x'.repeat(20_000), 200, 'larger than 10000 bytes'],
  ]
  for (const [body, status, problem] of problems) {
    Object.assign(gateway, { body, status })
    expect(await stats()).toMatchObject({ dialect: 'unknown', rows: [] })
    expect((await stats()).problem).toContain(problem)
  }
})

test('a page of the greatest length is read', async () => {
  const { stats } = await startApp((await startGateway(`${page(3)}#`.padEnd(10_000, 'x'))).url)
  expect(await stats()).toMatchObject({ problem: null, rows: [{ requests: 3 }] })
})

test('a page is the same in whatever pieces it comes', async () => {
  const bytes = Buffer.from(page(3).replaceAll('"a"', '"ä"'))
  const url = await listen(async (_request, response) => {
    for (const byte of bytes) {
      response.write(Buffer.of(byte))
      await nextTurn()
    }
    response.end()
  })
  expect(await (await startApp(url)).stats()).toMatchObject({ problem: null, rows: [{ model: 'ä' }] })
})

test('one broken line is reported, and the others are shown', async () => {
  const gateway = await startGateway(`${page(3)}broken{\n`)
  const { stats } = await startApp(gateway.url)
  const { problem, rows } = await stats()
  expect(problem).toContain("One line of the gateway's metrics could not be read (line 7: ")
  expect(rows[0]?.requests).toBe(3)
})

test('of several broken lines the first is named', async () => {
  const { stats } = await startApp((await startGateway(`${page(3)}broken{\nbroken too{\n`)).url)
  expect((await stats()).problem).toContain("2 lines of the gateway's metrics could not be read (line 7: ")
})

test("the gateway's key goes to the gateway's own origin and nowhere else", async () => {
  const gateway = await startGateway()
  const elsewhere = await startGateway()
  await (await startApp(gateway.url, { apiKey: 'secret' })).stats()
  await (await startApp(gateway.url, { apiKey: 'secret', metricsUrl: `${elsewhere.url}/metrics` })).stats()
  expect(gateway.authorizations).toEqual(['Bearer secret'])
  expect(elsewhere.authorizations).toEqual([undefined])
})

test.each([
  ['admin:p%40ss', 'admin:p@ss'],
  ['admin', 'admin:'],
  [':p%40ss', ':p@ss'],
])('%s of the URL is sent, and shown to nobody', async (written, sent) => {
  const gateway = await startGateway('nonsense')
  const metricsUrl = `${gateway.url.replace('http://', `http://${written}@`)}/metrics`
  const { stats } = await startApp(gateway.url, { metricsUrl })
  const text = JSON.stringify(await stats())
  expect(gateway.authorizations).toEqual([`Basic ${Buffer.from(sent).toString('base64')}`])
  expect(text).not.toContain('admin')
  expect(text).not.toContain('p%40ss')
})

test('requests at the same moment share one reading', async () => {
  const waiting: (() => void)[] = []
  let asked = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const url = await listen((_request, response) => {
    waiting.push(() => response.end(page(3)))
    asked()
  })
  const { telemetry } = await startApp(url)
  const readings = [telemetry.read(), telemetry.read(), telemetry.read()]
  await isAsked
  for (const answer of waiting) answer()
  const [first, second, third] = await Promise.all(readings)
  expect(waiting).toHaveLength(1)
  expect([second, third]).toEqual([first, first])
})
