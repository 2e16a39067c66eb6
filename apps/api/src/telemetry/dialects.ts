/**
 * What each gateway calls its figures: one table for each dialect, made from the gateway's own source and real output.
 *
 * - built-in: OpenTelemetry's GenAI names in their Prometheus form.
 * - agentgateway: crates/agentgateway/src/telemetry/metrics.rs. Prints OpenMetrics; unknown labels are `unknown`.
 * - LiteLLM: litellm/integrations/prometheus.py, litellm/types/integrations/prometheus.py. The Python client adds
 *   `_total` to counters, and an absent label is the word `None`.
 * - Bifrost: plugins/telemetry/main.go. A metric appears with its first call, not before.
 * - vLLM: vllm/v1/metrics/loggers.py. Not a gateway, but a vLLM that is raced without one counts the same things.
 */
import type { GatewayDialect } from '@drag-race/contracts'
import type { Sample } from './parse-prometheus.ts'

export interface Dialect {
  name: GatewayDialect
  /** The gateway is recognised by a metric whose name matches. */
  sign: RegExp
  /** Labels in order of preference; empty, `unknown` and `None` count as absent. */
  provider: readonly string[]
  /** The provider of every row, for a model server that is its own provider. */
  ownProvider?: string
  /** The name that the caller used comes first: it is what a lane is called. */
  model: readonly string[]
  /** For series without a provider: a metric that has one, and which of its labels equals which label of the series. */
  providerFrom?: { metric: string; sameLabel: readonly (readonly [there: string, here: string])[] }
  requests: Counter
  /** Requests that ended in an error; null where the gateway does not report them. */
  failed: Counter | null
  inputTokens: Counter
  outputTokens: Counter
  /** US dollars; null where the gateway does not report them under the name that the caller used. */
  cost: Counter | null
  /**
   * Histograms: `_sum` and `_count` are read. Durations are those of successful calls alone where these can be told
   * apart, because a refusal takes next to no time.
   */
  ttft: Timing | null
  timePerOutputToken: Timing | null
  duration: Timing | null
  /**
   * A histogram too: its `_bucket` lines are read. Where it is split by phase, only the first of `phases` that the page
   * has is read: the phases of one call must not be added up as if they were several calls.
   */
  overhead: (Timing & { phases?: readonly string[] }) | null
  /**
   * For each target a gauge (0 closed, 1 half-open, 2 open), and counters with the label `target`, of fallbacks `from`.
   */
  targets: { breaker: string; retries: string; fallbacks: string } | null
  /** Gauges in US dollars: what each `owner` has spent of a `budget` in a `period`, and the limit. */
  budgets: { spent: string; limit: string } | null
}

export interface Counter {
  metric: string
  where?: Where
}

/** Which of a metric's series count. */
export type Where = (labels: Sample['labels']) => boolean

export interface Timing {
  metric: string
  where?: Where
  /** Its unit in milliseconds. */
  unitMs: number
}

const tokenUsage = (metric: string, type: string): Counter => ({
  metric,
  where: (labels) => labels.get('gen_ai_token_type') === type,
})
const inSeconds = (metric: string): Timing => ({ metric, unitMs: 1000 })

/** Dialects with a prefix of their own come first: the GenAI names are a common standard. */
const dialects: readonly Dialect[] = [
  {
    name: 'agentgateway',
    sign: /^agentgateway_/,
    provider: ['gen_ai_provider_name', 'gen_ai_system'],
    model: ['gen_ai_request_model', 'gen_ai_response_model'],
    requests: { metric: 'agentgateway_gen_ai_server_request_duration_count' },
    failed: null,
    inputTokens: tokenUsage('agentgateway_gen_ai_client_token_usage_sum', 'input'),
    outputTokens: tokenUsage('agentgateway_gen_ai_client_token_usage_sum', 'output'),
    cost: null,
    // Seconds, although their names do not say so.
    ttft: inSeconds('agentgateway_gen_ai_server_time_to_first_token'),
    timePerOutputToken: inSeconds('agentgateway_gen_ai_server_time_per_output_token'),
    duration: inSeconds('agentgateway_gen_ai_server_request_duration'),
    overhead: null,
    targets: null,
    budgets: null,
  },
  {
    name: 'litellm',
    sign: /^litellm_/,
    provider: ['api_provider'],
    model: ['requested_model', 'model_group', 'litellm_model_name', 'model'],
    providerFrom: {
      metric: 'litellm_deployment_total_requests_total',
      sameLabel: [
        ['model_id', 'model_id'],
        ['requested_model', 'requested_model'],
        ['litellm_model_name', 'model'],
      ],
    },
    // Calls to providers, failed ones and retries included: the only count that names provider and model.
    requests: { metric: 'litellm_deployment_total_requests_total' },
    failed: { metric: 'litellm_deployment_failure_responses_total' },
    inputTokens: { metric: 'litellm_input_tokens_metric_total' },
    outputTokens: { metric: 'litellm_output_tokens_metric_total' },
    // LiteLLM reports it by the provider's name of a model alone: no figure for the row of a name that stands for
    // several.
    cost: null,
    ttft: inSeconds('litellm_llm_api_time_to_first_token_metric'),
    // litellm_deployment_latency_per_output_token divides the time to the *first* token by all tokens when a call
    // streams: that is not the time per output token.
    timePerOutputToken: null,
    // LiteLLM observes it for successful calls alone.
    duration: inSeconds('litellm_request_total_latency_metric'),
    // Its help text says milliseconds, but LiteLLM divides by 1000 before it observes.
    overhead: inSeconds('litellm_overhead_latency_metric'),
    targets: null,
    budgets: null,
  },
  {
    name: 'bifrost',
    sign: /^bifrost_/,
    provider: ['provider'],
    // `alias` is the name the caller used, and empty when it is the model's own.
    model: ['alias', 'model'],
    requests: { metric: 'bifrost_upstream_requests_total' },
    failed: { metric: 'bifrost_error_requests_total' },
    inputTokens: { metric: 'bifrost_input_tokens_total' },
    outputTokens: { metric: 'bifrost_output_tokens_total' },
    cost: { metric: 'bifrost_cost_total' },
    // The first chunk, with or without text in it.
    ttft: inSeconds('bifrost_stream_first_token_latency_seconds'),
    // Between chunks, as in every gateway that does not count tokens.
    timePerOutputToken: inSeconds('bifrost_stream_inter_token_latency_seconds'),
    duration: {
      ...inSeconds('bifrost_upstream_latency_seconds'),
      where: (labels) => labels.get('is_success') !== 'false',
    },
    overhead: { metric: 'bifrost_overhead_latency_microseconds', unitMs: 0.001 },
    targets: null,
    budgets: null,
  },
  {
    name: 'vllm',
    sign: /^vllm:/,
    provider: [],
    ownProvider: 'vllm',
    model: ['model_name'],
    // Each choice of a call with several counts as a request; calls whose caller left are not counted.
    requests: { metric: 'vllm:request_success_total' },
    failed: {
      metric: 'vllm:request_success_total',
      where: (labels) => labels.get('finished_reason') === 'error',
    },
    inputTokens: { metric: 'vllm:prompt_tokens_total' },
    outputTokens: { metric: 'vllm:generation_tokens_total' },
    cost: null,
    ttft: inSeconds('vllm:time_to_first_token_seconds'),
    timePerOutputToken: inSeconds('vllm:request_time_per_output_token_seconds'),
    duration: inSeconds('vllm:e2e_request_latency_seconds'),
    overhead: null,
    targets: null,
    budgets: null,
  },
  {
    name: 'built-in',
    sign: /^(gateway_overhead_seconds|gen_ai_server_request_duration_seconds)(_|$)/,
    provider: ['gen_ai_provider_name', 'gen_ai_system'],
    model: ['gen_ai_request_model', 'gen_ai_response_model'],
    requests: { metric: 'gen_ai_server_request_duration_seconds_count' },
    failed: {
      metric: 'gen_ai_server_request_duration_seconds_count',
      // When the caller left, as a stopped lane does, the model did not fail.
      where: (labels) => !/^(caller_.*)?$/.test(labels.get('error_type') ?? ''),
    },
    inputTokens: tokenUsage('gen_ai_client_token_usage_sum', 'input'),
    outputTokens: tokenUsage('gen_ai_client_token_usage_sum', 'output'),
    cost: { metric: 'gateway_cost_usd_total' },
    ttft: inSeconds('gen_ai_server_time_to_first_token_seconds'),
    timePerOutputToken: inSeconds('gen_ai_server_time_per_output_token_seconds'),
    duration: {
      ...inSeconds('gen_ai_server_request_duration_seconds'),
      where: (labels) => (labels.get('error_type') ?? '') === '',
    },
    // `request` is what a call waits for before it is sent to its provider. `total` also holds the work on every later
    // read: load on the gateway's processor, spread over the whole stream, and no token waits for the sum of it.
    overhead: { ...inSeconds('gateway_overhead_seconds'), phases: ['request', 'total'] },
    targets: {
      breaker: 'gateway_breaker_state',
      retries: 'gateway_retries_total',
      fallbacks: 'gateway_fallbacks_total',
    },
    budgets: { spent: 'gateway_budget_spent_usd', limit: 'gateway_budget_limit_usd' },
  },
]

/** Declared names are enough: a gateway that was just started has no samples yet. */
export function detectDialect(names: Iterable<string>): Dialect | null {
  const present = [...names]
  return dialects.find(({ sign }) => present.some((name) => sign.test(name))) ?? null
}

const wanted = new Set(dialects.flatMap(metricsOf))

/** Does any dialect read a metric of this name? A page can hold a hundred thousand others. */
export function isKnownMetric(name: string): boolean {
  return wanted.has(name)
}

function metricsOf(dialect: Dialect): string[] {
  const timings = [dialect.ttft, dialect.timePerOutputToken, dialect.duration].filter(
    (timing) => timing !== null,
  )
  return [
    dialect.requests.metric,
    ...(dialect.failed ? [dialect.failed.metric] : []),
    dialect.inputTokens.metric,
    dialect.outputTokens.metric,
    ...(dialect.cost ? [dialect.cost.metric] : []),
    ...timings.flatMap(({ metric }) => [`${metric}_sum`, `${metric}_count`]),
    ...(dialect.providerFrom ? [dialect.providerFrom.metric] : []),
    ...(dialect.overhead ? [`${dialect.overhead.metric}_bucket`] : []),
    ...Object.values(dialect.targets ?? {}),
    ...Object.values(dialect.budgets ?? {}),
  ]
}
