import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { toSampler } from './sampler.ts'

const traceId = 'f'.repeat(32)

/** A call that begins a trace, one whose caller follows it, one whose caller does not. */
function decisions(name: string | undefined, argument?: string) {
  const unknown: string[] = []
  const sampler = toSampler({ name, argument }, (each) => unknown.push(each))
  const parents = [null, TraceFlags.SAMPLED, TraceFlags.NONE]
  const followed = parents.map((traceFlags) => {
    const spanContext = { traceId, spanId: 'a'.repeat(16), traceFlags: traceFlags ?? 0, isRemote: true }
    const parent = traceFlags === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext)
    const { decision } = sampler.shouldSample(parent, traceId, 'chat', SpanKind.SERVER, {}, [])
    return decision === SamplingDecision.RECORD_AND_SAMPLED
  })
  return { followed, unknown }
}

test.each([
  [undefined, undefined, [true, true, false]],
  ['', undefined, [true, true, false]],
  ['parentbased_always_on', undefined, [true, true, false]],
  ['parentbased_always_off', undefined, [false, true, false]],
  ['parentbased_traceidratio', '0', [false, true, false]],
  ['parentbased_traceidratio', undefined, [true, true, false]],
  ['parentbased_traceidratio', 'much', [true, true, false]],
  ['always_on', undefined, [true, true, true]],
  ['always_off', undefined, [false, false, false]],
  ['traceidratio', '0', [false, false, false]],
  ['traceidratio', '1', [true, true, true]],
])('%s %s', (name, argument, followed) => {
  expect(decisions(name, argument)).toEqual({ followed, unknown: [] })
})

test('a name that nobody knows is told, and is as if there were none', () => {
  expect(decisions('jaeger_remote')).toEqual({ followed: [true, true, false], unknown: ['jaeger_remote'] })
})
