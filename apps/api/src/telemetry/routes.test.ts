import type { ApiError, RaceStatus } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import type { AppContext } from '../app-context.ts'
import { listen, nowhere, page, startGateway, startTelemetry } from '../testing/telemetry.ts'

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
  const { stats } = await startTelemetry(gateway.url)
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
  const { stats } = await startTelemetry((await startGateway(page(3) + money)).url)
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
  const { stats } = await startTelemetry((await startGateway(body)).url)
  expect(await stats()).toMatchObject({ rows: [{ costUsd: 0.002 }], targets: null, budgets: null })
})

test('vLLM raced without a gateway: it is its own provider', async () => {
  // From vLLM 0.32.0: the lines that are read, and two of the five hundred others.
  const labels = 'engine="0",model_name="tiny"'
  const { stats } = await startTelemetry(
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
  const app = await startTelemetry(gateway.url)
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
  const app = await startTelemetry(gateway.url)
  await app.telemetry.snapshot('race-1')
  gateway.body = page(4)
  expect(await app.telemetry.snapshot()).toMatchObject([{ requests: 4 }])
  expect((await app.stats('?race=race-1')).added).toMatchObject([{ requests: 1 }])
})

test('what a race whose start was not read has added is not known, also when its end was read', async () => {
  const gateway = await startGateway(page(3))
  const app = await startTelemetry(gateway.url)
  gateway.status = 503
  expect(await app.telemetry.snapshot('race-1')).toBeNull()
  gateway.status = 200
  expect(await app.telemetry.snapshot()).toHaveLength(1)
  expect((await app.stats('?race=race-1')).added).toBeNull()
})

test('a gateway that was restarted during a race is counted from zero', async () => {
  const gateway = await startGateway(page(30))
  const app = await startTelemetry(gateway.url)
  await app.telemetry.snapshot('race-1')
  gateway.body = page(2)
  expect((await app.stats('?race=race-1')).added).toMatchObject([{ requests: 2 }])
})

test('a finished race shows what was stored at its end, also when the gateway is gone', async () => {
  const app = await startTelemetry(await nowhere())
  await writeRace(app, 'finished', '[{"provider":"openai","model":"a","requests":7}]')
  const { problem, added } = await app.stats('?race=race-1')
  expect(added).toEqual([{ provider: 'openai', model: 'a', requests: 7 }])
  expect(problem).toContain('cannot be reached (ECONNREFUSED)')
})

test('for an unknown race it is not known what was added', async () => {
  const gateway = await startGateway()
  const { stats } = await startTelemetry(gateway.url)
  expect((await stats('?race=nobody')).added).toBeNull()
})

test('a key that is not known is refused', async () => {
  const { get } = await startTelemetry(await nowhere())
  const response = await get('?rase=1')
  expect(response.status).toBe(400)
  expect(((await response.json()) as ApiError).error.code).toBe('invalid_request')
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
  const { telemetry } = await startTelemetry(url)
  const readings = [telemetry.read(), telemetry.read(), telemetry.read()]
  await isAsked
  for (const answer of waiting) answer()
  const [first, second, third] = await Promise.all(readings)
  expect(waiting).toHaveLength(1)
  expect([second, third]).toEqual([first, first])
})
