import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { toSampler } from './sampler.ts'
import { readSamplerSettings } from './sampler-settings.ts'

const traceId = 'f'.repeat(32)

/** Whether these are sampled: a call that begins a trace, one whose caller samples it, one whose caller does not. */
function decisions(name: string | undefined, argument?: string) {
  const sampler = toSampler(
    readSamplerSettings({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument }),
  )
  const parents = [null, TraceFlags.SAMPLED, TraceFlags.NONE]
  return parents.map((traceFlags) => {
    const spanContext = { traceId, spanId: 'a'.repeat(16), traceFlags: traceFlags ?? 0, isRemote: true }
    const parent = traceFlags === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext)
    const { decision } = sampler.shouldSample(parent, traceId, 'chat', SpanKind.SERVER, {}, [])
    return decision === SamplingDecision.RECORD_AND_SAMPLED
  })
}

test.each([
  [undefined, undefined, [true, true, false]],
  ['', undefined, [true, true, false]],
  ['parentbased_always_on', undefined, [true, true, false]],
  ['parentbased_always_off', undefined, [false, true, false]],
  ['parentbased_traceidratio', '0', [false, true, false]],
  ['parentbased_traceidratio', undefined, [true, true, false]],
  ['parentbased_always_on', 'left over', [true, true, false]],
  [' Always_On ', undefined, [true, true, true]],
  ['always_off', undefined, [false, false, false]],
  ['traceidratio', '0', [false, false, false]],
  ['traceidratio', '1', [true, true, true]],
])('%s %s', (name, argument, followed) => {
  expect(decisions(name, argument)).toEqual(followed)
})

test('an unknown name is refused, with the known ones in the message', () => {
  expect(() => decisions('jaeger_remote')).toThrow(
    'OTEL_TRACES_SAMPLER is "jaeger_remote": set it to one of always_on, always_off, traceidratio, parentbased_always_on,',
  )
})

test.each(['much', '10%', '-0.1', '1.01', 'Infinity'])('what is no share is refused: %s', (argument) => {
  expect(() => decisions('parentbased_traceidratio', argument)).toThrow(
    `OTEL_TRACES_SAMPLER_ARG is "${argument}": set it to the share of traces, from 0 to 1.`,
  )
})
