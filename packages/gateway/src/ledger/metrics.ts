/**
 * The gateway's Prometheus metrics. Names and labels are in one table; they follow OpenTelemetry's GenAI conventions
 * in their Prometheus form, with the conventions' own buckets.
 *
 * A call is counted once, when it is over, from its record. Refused calls reach no provider, and of the metrics here
 * are in `gateway_requests_total` only. Tokens and cost are counted for each attempt, under the provider that they were
 * used at: the provider's own count, or an estimate where an answer has none (`gateway_estimated_usage_total`).
 */
import { Counter, Gauge, Registry } from 'prom-client'
import type { TargetStates } from '../upstream/target-states.ts'
import type { AttemptRecord } from './attempt-record.ts'
import { type CounterRow, createCounter } from './counter.ts'
import { createHistogram, type Labels, type Observer } from './histogram.ts'
import type { RecordReader } from './ledger.ts'
import { toErrorType } from './record.ts'

/** The labels of most metrics. */
const callLabels = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
] as const

const names = {
  tokenUsage: {
    name: 'gen_ai_client_token_usage',
    help: 'Tokens of each attempt, by gen_ai_token_type: input, output, and their parts input_cache_read, input_cache_write and reasoning.',
    labelNames: [...callLabels, 'gen_ai_token_type'],
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304],
  },
  duration: {
    name: 'gen_ai_server_request_duration_seconds',
    help: 'From the arrival of a call until the end of its answer was read, or until it failed or its caller left, with error_type.',
    labelNames: [...callLabels, 'error_type'],
    buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  },
  timeToFirstToken: {
    name: 'gen_ai_server_time_to_first_token_seconds',
    help: 'From the arrival of a streaming call to the first token read from the provider.',
    labelNames: callLabels,
    buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30],
  },
  timePerOutputToken: {
    name: 'gen_ai_server_time_per_output_token_seconds',
    help: 'Between first and last token of a stream, per output token after the first; hidden reasoning left out.',
    labelNames: callLabels,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  },
  overhead: {
    name: 'gateway_overhead_seconds',
    help: 'The gateway’s own work per call. Phase request: from the moment the request was read until it was handed to a connection; phase response: on all reads of the answer and its end; phase total: both together. Time spent waiting for the provider or the caller is not included.',
    labelNames: ['phase'],
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
  },
  requests: {
    name: 'gateway_requests_total',
    help: 'Calls by the status they were answered with; 499 when the caller left first, or read too slowly.',
    labelNames: ['status'],
  },
  cost: {
    name: 'gateway_cost_usd_total',
    help: 'US dollars that attempts cost, by the price of their target; attempts of unknown price are not included.',
    labelNames: callLabels,
  },
  attempts: {
    name: 'gateway_attempts_total',
    help: 'Attempts by the target they went to, and how they ended: ok, not_carried when nothing was sent, or an error code.',
    labelNames: ['target', 'outcome'],
  },
  retries: {
    name: 'gateway_retries_total',
    help: 'Attempts at a target that had just failed, by the name of the target in the config.',
    labelNames: ['gen_ai_request_model', 'target'],
  },
  fallbacks: {
    name: 'gateway_fallbacks_total',
    help: 'Attempts that went to another target, because the one before failed or cannot carry the request.',
    labelNames: ['gen_ai_request_model', 'from', 'to'],
  },
  estimated: {
    name: 'gateway_estimated_usage_total',
    help: 'Attempts whose tokens are an estimate, because the answer broke off before the provider counted them, or the provider counts none.',
    labelNames: ['target'],
  },
  breaker: {
    name: 'gateway_breaker_state',
    help: 'Circuit breaker of a target: 0 closed, 1 half-open, 2 open. Targets that were never called are not included.',
    labelNames: ['target'],
  },
  inFlight: { name: 'gateway_in_flight_requests', help: 'Calls that are running now.' },
} as const

export interface Metrics {
  read: RecordReader
  inFlight: { inc(): void; dec(): void }
  registry: Registry
}

export function createMetrics(states: Pick<TargetStates, 'list'>): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const tokenUsage = createHistogram(names.tokenUsage, registry)
  const duration = createHistogram(names.duration, registry)
  const timeToFirstToken = createHistogram(names.timeToFirstToken, registry)
  const timePerOutputToken = createHistogram(names.timePerOutputToken, registry)
  const overhead = createHistogram(names.overhead, registry)
  const requests = createCounter(names.requests, registry)
  const cost = createCounter(names.cost, registry)
  const attempts = createCounter(names.attempts, registry)
  const retries = new Counter({ ...names.retries, registers })
  const fallbacks = new Counter({ ...names.fallbacks, registers })
  const estimated = new Counter({ ...names.estimated, registers })
  new Gauge({
    ...names.breaker,
    registers,
    collect() {
      // A target might no longer be in the config.
      this.reset()
      for (const { target, breaker } of states.list())
        this.set({ target: target.name }, breakerLevel[breaker.state])
    },
  })
  let running = 0
  new Gauge({
    ...names.inFlight,
    registers,
    collect() {
      this.set(running)
    },
  })
  const toResponseModel = createModelBound()

  const ofStatus = remember((status: number) => requests.createRow({ status: String(status) }))
  const ofTarget = remember((target: string) =>
    remember((outcome: string) => attempts.createRow({ target, outcome })),
  )
  const ofPhase = remember((phase: string) => overhead.createRow({ phase }))
  const toSeries = (labels: Labels<(typeof callLabels)[number]>): Series => ({
    cost: once(() => cost.createRow(labels)),
    duration: remember((error_type) => duration.createRow(error_type ? { ...labels, error_type } : labels)),
    timing: remember((of) => (of === 'first' ? timeToFirstToken : timePerOutputToken).createRow(labels)),
    tokens: remember((type) => tokenUsage.createRow({ ...labels, gen_ai_token_type: type })),
  })
  // Maps in maps, because a hostile name could be made to equal another joined key.
  const seriesOf = remember((gen_ai_operation_name: string) =>
    remember((gen_ai_provider_name: string) =>
      remember((gen_ai_request_model: string) =>
        remember((gen_ai_response_model: string) =>
          toSeries({
            gen_ai_operation_name,
            gen_ai_provider_name,
            gen_ai_request_model,
            gen_ai_response_model,
          }),
        ),
      ),
    ),
  )

  const countUse = ({ usage, costUsd, target }: AttemptRecord, { tokens, cost }: Series) => {
    if (costUsd !== null) cost().inc(costUsd)
    if (!usage) return
    const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens = null, reasoningTokens } = usage
    tokens('input').observe(inputTokens)
    tokens('output').observe(outputTokens)
    if (cachedTokens !== null) tokens('input_cache_read').observe(cachedTokens)
    if (cacheWriteTokens !== null) tokens('input_cache_write').observe(cacheWriteTokens)
    if (reasoningTokens !== null) tokens('reasoning').observe(reasoningTokens)
    if (usage.source === 'tokenizer') estimated.inc({ target })
  }

  const countSteps = (gen_ai_request_model: string, attempts: readonly AttemptRecord[]) => {
    for (const [from, to] of toSteps(attempts)) {
      if (from === to) retries.inc({ gen_ai_request_model, target: to })
      else fallbacks.inc({ gen_ai_request_model, from, to })
    }
  }

  return {
    registry,
    inFlight: { inc: () => void running++, dec: () => void running-- },
    read(record) {
      ofStatus(record.status).inc()
      for (const { target, outcome } of record.attempts) ofTarget(target)(outcome).inc()
      if (record.overheadMs) {
        const { request, response } = record.overheadMs
        ofPhase('request').observe(request / 1000)
        ofPhase('response').observe(response / 1000)
        // Quantiles of two phases cannot be added afterwards.
        ofPhase('total').observe((request + response) / 1000)
      }
      const { operation, provider, requestModel } = record
      if (provider === null || requestModel === null || record.overheadMs === null) return
      const responseModel = toResponseModel(record.responseModel ?? requestModel)
      const series = seriesOf(operation)(provider)(requestModel)(responseModel)
      series.duration(toErrorType(record) ?? '').observe(record.durationMs / 1000)
      if (record.ttftMs !== null) series.timing('first').observe(record.ttftMs / 1000)
      if (record.timePerOutputTokenMs !== null)
        series.timing('later').observe(record.timePerOutputTokenMs / 1000)
      for (const attempt of record.attempts) {
        const servedBy = toResponseModel(attempt.responseModel)
        // The last attempt is the one that answered.
        const isSame = attempt.provider === provider && servedBy === responseModel
        countUse(attempt, isSame ? series : seriesOf(operation)(attempt.provider)(requestModel)(servedBy))
      }
      countSteps(requestModel, record.attempts)
    },
  }
}

/** The rows that have the same four labels. */
interface Series {
  /** Has no row before there is a cost, because an unknown price is not 0. */
  cost(): CounterRow
  /** By error type; '' for a call that was answered. */
  duration(errorType: string): Observer
  timing(of: 'first' | 'later'): Observer
  tokens(type: string): Observer
}

/** Has one entry for each value of a label, and each label is bounded. */
function remember<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    if (!known.has(key)) known.set(key, make(key))
    return known.get(key)!
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}

const breakerLevel = { closed: 0, 'half-open': 1, open: 2 } as const

/** From each attempt to the next. */
function toSteps(attempts: readonly AttemptRecord[]): [from: string, to: string][] {
  return attempts.slice(1).map(({ target }, index) => [attempts[index]!.target, target])
}

/** Providers name the model that answered, and could name a new one each day: a label must not grow without end. */
const responseModelsMax = 500

function createModelBound(): (model: string) => string {
  const seen = new Set<string>()
  return (model) => {
    if (seen.size < responseModelsMax) seen.add(model)
    return seen.has(model) ? model : 'other'
  }
}
