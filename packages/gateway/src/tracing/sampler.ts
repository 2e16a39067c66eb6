import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { SamplerSettings } from './sampler-settings.ts'

export function toSampler({ name, share }: SamplerSettings): Sampler {
  const byParent = (root: Sampler) => new ParentBasedSampler({ root })
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(share)
    case 'parentbased_always_on':
      return byParent(new AlwaysOnSampler())
    case 'parentbased_always_off':
      return byParent(new AlwaysOffSampler())
    case 'parentbased_traceidratio':
      return byParent(new TraceIdRatioBasedSampler(share))
  }
}
