import { expect, test } from 'vitest'
import { parsePrometheus } from '../testing/parse-prometheus.ts'
import { detectDialect, isKnownMetric } from './dialects.ts'
import { toGatewayRow, toGatewayRows } from './gateway-rows.ts'
import { toOverhead } from './overhead.ts'

function read(page: string) {
  const { samples, names } = parsePrometheus(page)
  const dialect = detectDialect(names)
  if (!dialect) throw new Error('no dialect')
  return {
    dialect: dialect.name,
    counted: toGatewayRows(samples, dialect),
    rows: toGatewayRows(samples, dialect).map(toGatewayRow),
    overhead: toOverhead(samples, dialect.overhead),
  }
}

const builtIn = `
# TYPE gen_ai_client_token_usage histogram
gen_ai_client_token_usage_bucket{le="64",gen_ai_token_type="input",gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18"} 2
gen_ai_client_token_usage_sum{gen_ai_token_type="input",gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18"} 44
gen_ai_client_token_usage_sum{gen_ai_token_type="output",gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18"} 388
gen_ai_client_token_usage_sum{gen_ai_token_type="reasoning",gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18"} 1000
gen_ai_client_token_usage_sum{gen_ai_token_type="input_cache_read",gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18"} 7
# TYPE gen_ai_server_request_duration_seconds histogram
gen_ai_server_request_duration_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18",error_type=""} 3
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18",error_type=""} 2
gen_ai_server_request_duration_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="",error_type="429"} 0.03
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="",error_type="429"} 1
gen_ai_server_request_duration_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18",error_type="caller_left"} 0.1
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18",error_type="caller_left"} 1
gen_ai_server_request_duration_seconds_sum{gen_ai_provider_name="acme",gen_ai_request_model="keyless",error_type="401"} 0.004
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="acme",gen_ai_request_model="keyless",error_type="401"} 2
gen_ai_server_time_to_first_token_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini"} 0.5
gen_ai_server_time_to_first_token_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini"} 2
gen_ai_server_time_per_output_token_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini"} 0.02468
gen_ai_server_time_per_output_token_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini"} 2
gen_ai_client_token_usage_sum{gen_ai_token_type="input",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="other"} NaN
gen_ai_server_request_duration_seconds_sum{gen_ai_provider_name="simulator",gen_ai_request_model="sim-sprint"} NaN
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="simulator",gen_ai_request_model="sim-sprint"} 5
gateway_overhead_seconds_bucket{phase="request",le="0.0005"} 60
gateway_overhead_seconds_bucket{phase="request",le="0.001"} 90
gateway_overhead_seconds_bucket{phase="request",le="+Inf"} 100
gateway_overhead_seconds_sum{phase="request"} 1
gateway_overhead_seconds_count{phase="request"} 100
`

test('the built-in gateway: a row a provider and model, durations of good calls alone, cached and reasoning tokens not counted twice', () => {
  const { dialect, rows } = read(builtIn)
  expect(dialect).toBe('built-in')
  expect(rows).toEqual([
    {
      provider: 'simulator',
      model: 'sim-sprint',
      requests: 5,
      failed: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: null,
      ttftMs: null,
      timePerOutputTokenMs: null,
      durationMs: null,
    },
    {
      provider: 'openai',
      model: 'gpt-4o-mini',
      requests: 4,
      // A call whose caller left is no failure of the model, and no whole answer either.
      failed: 1,
      inputTokens: 44,
      outputTokens: 388,
      costUsd: null,
      ttftMs: 250,
      timePerOutputTokenMs: 12.34,
      durationMs: 1500,
    },
    {
      provider: 'acme',
      model: 'keyless',
      requests: 2,
      failed: 2,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: null,
      ttftMs: null,
      timePerOutputTokenMs: null,
      // A refusal is no fast answer.
      durationMs: null,
    },
  ])
})

test('agentgateway: its own names, seconds without saying so, `unknown` for an absent label', () => {
  // The shape of its real output: OpenMetrics, sums as decimals, the route among the labels.
  const { dialect, rows } = read(`# HELP agentgateway_build Agentgateway build information.
# TYPE agentgateway_build info
agentgateway_build_info{tag="1.0.0"} 1
# TYPE agentgateway_gen_ai_client_token_usage histogram
agentgateway_gen_ai_client_token_usage_sum{gen_ai_token_type="input",gen_ai_operation_name="chat",gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo",gen_ai_response_model="gpt-4o-mini-2024-07-18",bind="bind/3000",route="default/route0"} 44.0
agentgateway_gen_ai_client_token_usage_count{gen_ai_token_type="input",gen_ai_operation_name="chat",gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo",gen_ai_response_model="gpt-4o-mini-2024-07-18",bind="bind/3000",route="default/route0"} 2
agentgateway_gen_ai_client_token_usage_sum{gen_ai_token_type="output",gen_ai_operation_name="chat",gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo",gen_ai_response_model="gpt-4o-mini-2024-07-18",bind="bind/3000",route="default/route0"} 388.0
agentgateway_gen_ai_server_request_duration_sum{gen_ai_operation_name="chat",gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo",gen_ai_response_model="gpt-4o-mini-2024-07-18",route="default/route0"} 6.5
agentgateway_gen_ai_server_request_duration_count{gen_ai_operation_name="chat",gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo",gen_ai_response_model="gpt-4o-mini-2024-07-18",route="default/route0"} 2
agentgateway_gen_ai_server_request_duration_sum{gen_ai_operation_name="chat",gen_ai_provider_name="groq",gen_ai_request_model="unknown",gen_ai_response_model="llama-3.3"} 1.0
agentgateway_gen_ai_server_request_duration_count{gen_ai_operation_name="chat",gen_ai_provider_name="groq",gen_ai_request_model="unknown",gen_ai_response_model="llama-3.3"} 1
agentgateway_gen_ai_server_time_to_first_token_sum{gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo"} 0.9
agentgateway_gen_ai_server_time_to_first_token_count{gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo"} 2
agentgateway_gen_ai_server_time_per_output_token_sum{gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo"} 0.03
agentgateway_gen_ai_server_time_per_output_token_count{gen_ai_system="openai",gen_ai_request_model="gpt-3.5-turbo"} 2
# EOF
`)
  expect(dialect).toBe('agentgateway')
  expect(rows).toEqual([
    {
      provider: 'openai',
      model: 'gpt-3.5-turbo',
      requests: 2,
      failed: null,
      inputTokens: 44,
      outputTokens: 388,
      costUsd: null,
      ttftMs: 450,
      timePerOutputTokenMs: 15,
      durationMs: 3250,
    },
    {
      provider: 'groq',
      model: 'llama-3.3',
      requests: 1,
      failed: null,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: null,
      ttftMs: null,
      timePerOutputTokenMs: null,
      durationMs: 1000,
    },
  ])
})

test('LiteLLM: token and latency series find their provider by the deployment, or by the name that was asked for', () => {
  const { dialect, rows, overhead } = read(`
# TYPE litellm_deployment_total_requests_total counter
litellm_deployment_total_requests_total{api_base="https://api.openai.com",api_key_alias="None",api_provider="openai",litellm_model_name="gpt-4o-mini",model_id="m1",requested_model="small",team="None"} 4.0
litellm_deployment_total_requests_total{api_base="https://api.openai.com",api_key_alias="key-2",api_provider="openai",litellm_model_name="gpt-4o-mini",model_id="m1",requested_model="small",team="a"} 1.0
litellm_deployment_total_requests_total{api_base="https://example.openai.azure.com",api_provider="azure",litellm_model_name="gpt-4o-mini",model_id="m2",requested_model="small"} 2.0
litellm_deployment_total_requests_total{api_base="https://api.groq.com",api_provider="groq",litellm_model_name="llama",model_id="m3",requested_model="fast"} 1.0
litellm_deployment_failure_responses_total{api_provider="groq",exception_class="RateLimitError",exception_status="429",litellm_model_name="llama",model_id="m3",requested_model="fast"} 1.0
litellm_input_tokens_metric_total{api_key_alias="None",model="gpt-4o-mini",model_id="m1",requested_model="small",user_email="None"} 50.0
litellm_output_tokens_metric_total{model="gpt-4o-mini",model_id="m1",requested_model="small"} 500.0
litellm_output_tokens_metric_total{model="gpt-4o-mini",model_id="m2",requested_model="small"} 200.0
litellm_output_tokens_metric_total{model="llama",model_id="None",requested_model="fast"} 9.0
litellm_output_tokens_metric_total{model="gpt-4o-mini",model_id="None",requested_model="small"} 3.0
litellm_input_tokens_metric_created{model="gpt-4o-mini",model_id="m1",requested_model="small"} 1.7e+09
litellm_llm_api_time_to_first_token_metric_sum{model="gpt-4o-mini",model_id="m1",requested_model="small"} 1.2
litellm_llm_api_time_to_first_token_metric_count{model="gpt-4o-mini",model_id="m1",requested_model="small"} 4.0
litellm_request_total_latency_metric_sum{model="gpt-4o-mini",model_id="m1",requested_model="small"} 10.0
litellm_request_total_latency_metric_count{model="gpt-4o-mini",model_id="m1",requested_model="small"} 4.0
litellm_deployment_latency_per_output_token_sum{api_provider="openai",litellm_model_name="gpt-4o-mini",model_id="m1"} 0.002
litellm_deployment_latency_per_output_token_count{api_provider="openai",litellm_model_name="gpt-4o-mini",model_id="m1"} 4.0
litellm_overhead_latency_metric_bucket{api_provider="openai",le="0.005"} 3.0
litellm_overhead_latency_metric_bucket{api_provider="openai",le="+Inf"} 4.0
`)
  expect(dialect).toBe('litellm')
  expect(
    rows.map((row) => [row.provider, row.model, row.requests, row.inputTokens, row.outputTokens]),
  ).toEqual([
    ['openai', 'small', 5, 50, 500],
    ['azure', 'small', 2, 0, 200],
    ['groq', 'fast', 1, 0, 9],
    // Two providers serve `small`: without a deployment it is not known which one.
    ['unknown', 'small', 0, 0, 3],
  ])
  expect(rows.map(({ failed }) => failed)).toEqual([0, 0, 1, 0])
  expect(rows[0]).toMatchObject({ ttftMs: 300, durationMs: 2500, timePerOutputTokenMs: null })
  expect(overhead?.buckets).toEqual([
    { toMs: 5, count: 3 },
    { toMs: null, count: 1 },
  ])
})

test('Bifrost: its own names, the alias before the model, overhead in microseconds', () => {
  const labels = (alias: string) =>
    `alias="${alias}",fallback_index="0",method="chat_completion_stream",model="gpt-4o-mini",provider="openai",virtual_key_id=""`
  const { dialect, rows, overhead } = read(`
bifrost_upstream_requests_total{${labels('')}} 3
bifrost_upstream_requests_total{${labels('mini')}} 1
bifrost_error_requests_total{${labels('')},status_code="429",error_type="rate_limit"} 1
bifrost_input_tokens_total{${labels('')}} 30
bifrost_output_tokens_total{${labels('')}} 300
bifrost_cache_read_input_tokens_total{${labels('')}} 8
bifrost_upstream_latency_seconds_sum{${labels('')},is_success="true"} 4
bifrost_upstream_latency_seconds_count{${labels('')},is_success="true"} 2
bifrost_upstream_latency_seconds_sum{${labels('')},is_success="false"} 0.5
bifrost_upstream_latency_seconds_count{${labels('')},is_success="false"} 1
bifrost_stream_first_token_latency_seconds_sum{${labels('')}} 0.8
bifrost_stream_first_token_latency_seconds_count{${labels('')}} 2
bifrost_stream_inter_token_latency_seconds_sum{${labels('')}} 3
bifrost_stream_inter_token_latency_seconds_count{${labels('')}} 298
bifrost_overhead_latency_microseconds_bucket{${labels('')},le="100"} 2
bifrost_overhead_latency_microseconds_bucket{${labels('')},le="250"} 4
bifrost_overhead_latency_microseconds_bucket{${labels('')},le="+Inf"} 4
`)
  expect(dialect).toBe('bifrost')
  expect(rows.map(({ model, requests, failed }) => [model, requests, failed])).toEqual([
    ['gpt-4o-mini', 3, 1],
    ['mini', 1, 0],
  ])
  expect(rows[0]).toMatchObject({ inputTokens: 30, outputTokens: 300, ttftMs: 400, durationMs: 2000 })
  expect(rows[0]?.timePerOutputTokenMs).toBe(10.07)
  expect(overhead).toEqual({
    count: 4,
    p50Ms: 0.1,
    p99Ms: 0.247,
    buckets: [
      { toMs: 0.1, count: 2 },
      { toMs: 0.25, count: 2 },
      { toMs: null, count: 0 },
    ],
  })
})

test('the series of one row are added up, rows without a call are left out, and rows of as many stand by name', () => {
  const duration = (part: string, labels: string, value: number) =>
    `gen_ai_server_request_duration_seconds_${part}{${labels}} ${value}\n`
  const labels = (provider: string, model: string, more = '') =>
    `gen_ai_provider_name="${provider}",gen_ai_request_model="${model}",${more}`
  const { rows } = read(
    [
      ...['x', 'y'].flatMap((name, index) => [
        duration('sum', labels('b', 'm', `gen_ai_response_model="${name}"`), index * 3 + 1),
        duration('count', labels('b', 'm', `gen_ai_response_model="${name}"`), 1),
      ]),
      ...['429', '500'].map((type) => duration('count', labels('b', 'm', `error_type="${type}"`), 1)),
      duration('count', labels('a', 'None'), 4),
      duration('count', labels('a', 'k'), 4),
      duration('count', labels('a', 'idle'), 0),
    ].join(''),
  )
  expect(rows.map((row) => [row.provider, row.model, row.requests, row.failed, row.durationMs])).toEqual([
    ['a', 'k', 4, 0, null],
    ['a', 'unknown', 4, 0, null],
    ['b', 'm', 4, 2, 2500],
  ])
})

test.each([
  'agentgateway_gen_ai_client_token_usage_sum{gen_ai_token_type="input",gen_ai_system="p",gen_ai_response_model="m"} 1',
  'litellm_input_tokens_metric_total{api_provider="p",model_group="m",model="x"} 1',
  'litellm_input_tokens_metric_total{api_provider="p",litellm_model_name="m",model="x"} 1',
  'litellm_input_tokens_metric_total{api_provider="p",model="m"} 1',
  'bifrost_input_tokens_total{provider="p",model="m"} 1',
  '# TYPE gateway_overhead_seconds histogram\ngen_ai_client_token_usage_sum{gen_ai_token_type="input",gen_ai_system="p",gen_ai_response_model="m"} 1',
])('the next label is taken where a better one is absent: %s', (page) => {
  expect(read(page).rows).toMatchObject([{ provider: 'p', model: 'm', inputTokens: 1 }])
})

test('a name of any length is kept to 500 letters', () => {
  const [row] = read(`agentgateway_build_info 1
agentgateway_gen_ai_client_token_usage_sum{gen_ai_system="${'p'.repeat(9_000)}",gen_ai_token_type="input",gen_ai_request_model="${'m'.repeat(9_000)}"} 1
`).rows
  expect(row).toMatchObject({ provider: 'p'.repeat(500), model: 'm'.repeat(500) })
})

test('a gateway that was just started is known by what it declares', () => {
  expect(detectDialect(parsePrometheus('# TYPE gateway_overhead_seconds histogram').names)?.name).toBe(
    'built-in',
  )
  expect(detectDialect(parsePrometheus('# TYPE litellm_spend_metric_total counter').names)?.name).toBe(
    'litellm',
  )
  expect(detectDialect(parsePrometheus('agentgateway_build_info 1').names)?.name).toBe('agentgateway')
  const foreign = ['gateway_overhead_seconds', 'litellm_x', 'agentgateway_x', 'bifrost_x']
  const page = foreign.map((name) => `my_${name} 1`).join('\n')
  expect(detectDialect(parsePrometheus(page).names)).toBeNull()
})

test('what no dialect reads need not be kept, and all that one reads is', () => {
  const page = parsePrometheus(`${builtIn}process_cpu_seconds_total 4\ngen_ai_client_token_usage_count 1`)
  const kept = page.samples.filter(({ name }) => isKnownMetric(name))
  const dialect = detectDialect(page.names)
  expect(dialect && toGatewayRows(kept, dialect)).toEqual(read(builtIn).counted)
  expect(dialect && toOverhead(kept, dialect.overhead)).toEqual(read(builtIn).overhead)
  expect(isKnownMetric('process_cpu_seconds_total')).toBe(false)
})

test('overhead: buckets are not cumulative, quantiles are interpolated, and the open end has none', () => {
  expect(read(builtIn).overhead).toEqual({
    count: 100,
    p50Ms: 0.4167,
    p99Ms: null,
    buckets: [
      { toMs: 0.5, count: 60 },
      { toMs: 1, count: 30 },
      { toMs: null, count: 10 },
    ],
  })
})

test('overhead: the phases of a call are not added up as if they were several calls', () => {
  const phase = (name: string, fast: number, all: number) => `
gateway_overhead_seconds_bucket{phase="${name}",le="0.001"} ${fast}
gateway_overhead_seconds_bucket{phase="${name}",le="+Inf"} ${all}`
  const parts = phase('request', 8, 10) + phase('response', 1, 10)
  expect(read(parts).overhead).toMatchObject({ count: 10, p50Ms: 0.625 })
  expect(read(parts + phase('total', 5, 10)).overhead).toMatchObject({ count: 10, p50Ms: 0.625 })
  expect(read(phase('total', 5, 10)).overhead).toMatchObject({ count: 10, p50Ms: 1 })
})

test('overhead: the series of all routes are added up, in whatever order, and what is no figure is left out', () => {
  const line = (labels: string, value: number) => `gateway_overhead_seconds_bucket{${labels}} ${value}\n`
  const routes = ['a', 'b'].flatMap((route) =>
    Object.entries({ '+Inf': 50, '0.004': 50, '0.001': 10, '0.002': 30 }).map(([le, value]) =>
      line(`route="${route}",le="${le}"`, value),
    ),
  )
  const odd = [
    line('route="c",le="0.001"', Number.NaN),
    line('route="c"', 7),
    line('le=""', 7),
    line('le="x"', 7),
  ]
  expect(read([...routes, ...odd].join('')).overhead).toEqual({
    count: 100,
    p50Ms: 1.75,
    p99Ms: 3.95,
    buckets: [
      { toMs: 1, count: 20 },
      { toMs: 2, count: 40 },
      { toMs: 4, count: 40 },
      { toMs: null, count: 0 },
    ],
  })
})

test('overhead: an empty histogram has buckets and no quantiles, and a page without one has nothing', () => {
  const empty = 'gateway_overhead_seconds_bucket{le="1"} 0\ngateway_overhead_seconds_bucket{le="+Inf"} 0'
  expect(read(empty).overhead).toMatchObject({ count: 0, p50Ms: null, p99Ms: null })
  expect(read('# TYPE gateway_overhead_seconds histogram').overhead).toBeNull()
})
