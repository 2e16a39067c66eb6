/**
 * The attributes of a call and its attempts, by OpenTelemetry's GenAI conventions; what has no name there stands under
 * `gateway.`. Providers have the names that they have in the config and in the metrics. No prompt and no answer.
 */
import type { Usage } from '@drag-race/contracts'
import type { Attributes } from '@opentelemetry/api'
import type { Call } from '../call.ts'
import type { Attempt } from '../call-target.ts'
import type { EndpointFacts } from '../endpoints.ts'
import { type CallRecord, toErrorType } from '../ledger/record.ts'

export function toCallAttributes({ facts }: Call, record: CallRecord): Attributes {
  return {
    'gen_ai.operation.name': record.operation,
    'gen_ai.request.model': record.requestModel ?? record.askedModel ?? undefined,
    'gen_ai.request.stream': record.isStream,
    'gen_ai.provider.name': record.provider ?? undefined,
    'gen_ai.response.model': record.responseModel ?? undefined,
    'gen_ai.response.finish_reasons': toReasons(facts.finishReason),
    'gen_ai.response.time_to_first_chunk': toSeconds(record.ttftMs),
    ...toUsageAttributes(record.usage),
    'error.type': toErrorType(record) ?? undefined,
    'http.response.status_code': record.status,
    'gateway.request_id': record.requestId,
    'gateway.attempts': record.attempts.length,
    'gateway.cost_usd': record.costUsd ?? undefined,
  }
}

/** What is known before the attempt is sent: enough for a sampler. */
export function toAttemptAttributes(
  { target, waitMs }: Attempt,
  operation: EndpointFacts['operation'],
): Attributes {
  const { hostname, port, protocol } = new URL(target.origin)
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.request.model': target.upstreamModel,
    'gen_ai.provider.name': target.provider,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    'gateway.target': target.name,
    ...(waitMs > 0 && { 'gateway.wait_ms': waitMs }),
  }
}

export function toAnswerAttributes({ facts, usage, status, outcome, startedAtMs }: Attempt): Attributes {
  const { firstTokenAtMs } = facts
  return {
    'gen_ai.response.model': facts.model ?? undefined,
    'gen_ai.response.id': facts.id ?? undefined,
    'gen_ai.response.finish_reasons': toReasons(facts.finishReason),
    'gen_ai.response.time_to_first_chunk': toSeconds(
      firstTokenAtMs === null ? null : firstTokenAtMs - startedAtMs,
    ),
    ...toUsageAttributes(usage),
    'http.response.status_code': status ?? undefined,
    'error.type': outcome === 'ok' ? undefined : outcome,
  }
}

function toUsageAttributes(usage: Usage | null): Attributes {
  if (!usage) return {}
  return {
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens ?? undefined,
    'gen_ai.usage.cache_write.input_tokens': usage.cacheWriteTokens ?? undefined,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens ?? undefined,
    ...(usage.source === 'tokenizer' && { 'gateway.usage_estimated': true }),
  }
}

function toReasons(finishReason: string | null): string[] | undefined {
  return finishReason === null ? undefined : [finishReason]
}

function toSeconds(ms: number | null): number | undefined {
  return ms === null ? undefined : ms / 1000
}
