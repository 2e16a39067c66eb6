/** `OTEL_TRACES_SAMPLER` and its argument, as the specification has them. By default a trace is followed when its parent is. */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

export interface SamplerWish {
  name: string | undefined
  /** The share of traces that are followed, from 0 to 1. */
  argument: string | undefined
}

/** A name that nobody knows is as if there were none; `onUnknown` hears of it. */
export function toSampler({ name, argument }: SamplerWish, onUnknown: (name: string) => void): Sampler {
  const byParent = (root: Sampler) => new ParentBasedSampler({ root })
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(toShare(argument))
    case 'parentbased_always_off':
      return byParent(new AlwaysOffSampler())
    case 'parentbased_traceidratio':
      return byParent(new TraceIdRatioBasedSampler(toShare(argument)))
    case 'parentbased_always_on':
    case undefined:
    case '':
      break
    default:
      onUnknown(name)
  }
  return byParent(new AlwaysOnSampler())
}

function toShare(argument: string | undefined): number {
  const share = Number(argument || 1)
  return share >= 0 && share <= 1 ? share : 1
}
