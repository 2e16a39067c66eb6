/**
 * Traces by OpenTelemetry, sent as OTLP over HTTP: one span for each call, and below it one for each attempt. Loaded
 * only where an endpoint is set. The exporter reads `OTEL_EXPORTER_OTLP_…` itself, the resource `OTEL_SERVICE_NAME` and
 * `OTEL_RESOURCE_ATTRIBUTES`, as every program with OpenTelemetry in it does.
 *
 * A collector that is slow or gone delays no call: spans wait in a queue, and while it is full new ones are dropped.
 */
import { setTimeout } from 'node:timers/promises'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Call } from '../call.ts'
import type { Attempt } from '../call-target.ts'
import type { Clock } from '../clock.ts'
import type { EndpointFacts } from '../endpoints.ts'
import { isCallerEnd } from '../errors.ts'
import type { Outcome } from '../ledger/record.ts'
import type { BatchSettings } from './batch.ts'
import { createProcessor } from './create-processor.ts'
import { toSampler } from './sampler.ts'
import type { SamplerSettings } from './sampler-settings.ts'
import { toAnswerAttributes, toAttemptAttributes, toCallAttributes } from './span-attributes.ts'
import type { CallTrace, Tracing } from './tracing.ts'

export interface TracingOptions {
  clock: Clock
  log: Logger
  /** The gateway's own. */
  version: string
  sampler: SamplerSettings
  batch: BatchSettings
}

/** A gateway that is stopped waits no longer than this for the collector. */
const closeMsMax = 2_000

const propagator = new W3CTraceContextPropagator()

export function openTracing({ clock, log, version, sampler, batch }: TracingOptions): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'drag-race-gateway', 'service.version': version }))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: toSampler(sampler),
    spanProcessors: [createProcessor(new OTLPTraceExporter(), batch, log)],
  })
  const tracer = provider.getTracer('drag-race-gateway')
  return {
    begin: (call, operation) => beginTrace(tracer, clock, call, operation),
    close: () =>
      Promise.race([provider.shutdown().catch(() => {}), setTimeout(closeMsMax, undefined, { ref: false })]),
  }
}

function beginTrace(
  tracer: Tracer,
  clock: Clock,
  call: Call,
  operation: EndpointFacts['operation'],
): CallTrace {
  const aheadMs = clock.date().getTime() - clock.monotonicMs()
  const toTime = (monotonicMs: number) => monotonicMs + aheadMs
  const parent = propagator.extract(ROOT_CONTEXT, call.request.headers, defaultTextMapGetter)
  const options = { kind: SpanKind.SERVER, startTime: toTime(call.arrivedAtMs) }
  const span = tracer.startSpan(operation, options, parent)
  const context = trace.setSpan(parent, span)
  const attempts: { span: Span; attempt: Attempt }[] = []
  return {
    attempt(attempt) {
      const attributes = toAttemptAttributes(attempt, operation)
      const startTime = toTime(attempt.startedAtMs)
      const attemptSpan = tracer.startSpan(
        `${operation} ${attempt.target.upstreamModel}`,
        { kind: SpanKind.CLIENT, startTime, attributes },
        context,
      )
      attempts.push({ span: attemptSpan, attempt })
      return toHeaders(trace.setSpan(context, attemptSpan))
    },
    end(record, endedAtMs) {
      for (const each of attempts) {
        endAttempt(each.span, each.attempt, toTime(each.attempt.endedAtMs ?? endedAtMs))
      }
      // Traces are grouped by span names, so these must be few. A model name that is not in the config can be anything
      // that a caller writes: it stands only in an attribute.
      if (record.requestModel !== null) span.updateName(`${operation} ${record.requestModel}`)
      span.setAttributes(toCallAttributes(call, record))
      if (isFault(record.outcome)) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(toTime(endedAtMs))
    },
  }
}

function endAttempt(span: Span, attempt: Attempt, endTime: number) {
  span.setAttributes(toAnswerAttributes(attempt))
  if (attempt.outcome !== 'ok' && !isCallerEnd(attempt.outcome)) {
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end(endTime)
}

/** A mistake of the caller, or a caller who left, is no error of the server. */
function isFault(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && !(outcome.status >= 400 && outcome.status <= 499)
}

function toHeaders(context: Context): Record<string, string> {
  const headers: Record<string, string> = {}
  propagator.inject(context, headers, defaultTextMapSetter)
  return headers
}
