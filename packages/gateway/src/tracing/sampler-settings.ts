/**
 * `OTEL_TRACES_SAMPLER` and its argument, by the names and defaults of OpenTelemetry's specification. By the
 * specification an unknown name is ignored with a warning, and everything is traced. Here it stops the start, as
 * every value that makes no sense does.
 */
export interface SamplerSettings {
  name: SamplerName
  /** The share of traces that are sampled, from 0 to 1. */
  share: number
}

const names = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
type SamplerName = (typeof names)[number]

/** Throws an error that says which variable is wrong and what to set. Empty is unset. */
export function readSamplerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): SamplerSettings {
  const asked = environment.OTEL_TRACES_SAMPLER?.trim().toLowerCase() || 'parentbased_always_on'
  const name = names.find((each) => each === asked)
  if (name === undefined)
    throw new Error(`OTEL_TRACES_SAMPLER is "${asked}": set it to one of ${names.join(', ')}.`)
  // The other samplers have no argument: one that is left over is ignored.
  if (!name.endsWith('traceidratio')) return { name, share: 1 }
  const text = environment.OTEL_TRACES_SAMPLER_ARG?.trim() || '1'
  const share = Number(text)
  if (share >= 0 && share <= 1) return { name, share }
  throw new Error(`OTEL_TRACES_SAMPLER_ARG is "${text}": set it to the share of traces, from 0 to 1.`)
}
