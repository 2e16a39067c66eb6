/**
 * The shape of gateway.yaml. Strict under `llm`: an unknown key is a fault there, because it is a setting that somebody
 * believes in. Other top-level keys (agentgateway's `config`, `binds`, …) belong to others and are let be.
 */
import { z } from 'zod'
import { type ProviderName, toProviderName } from '../upstream/providers.ts'
import { admissionPolicies } from './callers-schema.ts'
import { CircuitBreaker, Retry, Timeouts } from './policies.ts'
import { name } from './values.ts'
import { VirtualModelEntry } from './virtual-model.ts'

const Provider = z.string().transform((value, context): ProviderName => {
  const provider = toProviderName(value)
  if (provider) return provider
  context.issues.push({ code: 'custom', message: unknownProvider, input: value, continue: true })
  return z.NEVER
})

/** `config/faults.ts` puts the near names behind it. */
export const unknownProvider = 'unknown provider'

/** US dollars for a million tokens. */
const Price = z.strictObject({
  inputPerMillion: z.number().nonnegative(),
  outputPerMillion: z.number().nonnegative(),
  /** Input tokens read from a cache; at the input price when left out. */
  cachedInputPerMillion: z.number().nonnegative().optional(),
})
export type Price = z.infer<typeof Price>

const ModelEntry = z.strictObject({
  /** What callers put into `model`. */
  name,
  provider: Provider,
  params: z
    .strictObject({
      apiKey: z.string().optional(),
      /** The provider's name of the model, when ours is an alias. */
      model: z.string().min(1, 'must not be empty').optional(),
      /** Up to and without `/chat/completions`, or what stands in its place in the provider's own dialect. */
      baseUrl: z.string().optional(),
      /** Bedrock's, in place of a key; AWS's own variables when left out. */
      accessKeyId: z.string().optional(),
      secretAccessKey: z.string().optional(),
      sessionToken: z.string().optional(),
      region: z.string().optional(),
    })
    .prefault({}),
  description: z.string().max(500, 'must have at most 500 characters').optional(),
  /** Instead of the built-in price table. */
  price: Price.optional(),
  timeouts: Timeouts.partial().optional(),
  retry: Retry.partial().optional(),
  circuitBreaker: CircuitBreaker.partial().optional(),
})
export type ModelEntry = z.infer<typeof ModelEntry>

const DiscoveryServer = z.strictObject({
  provider: Provider,
  baseUrl: z.string().optional(),
  /** Stands before the model's own name (`ollama/llama3.2`); the provider's when left out. */
  name: name.optional(),
})
export type DiscoveryServer = z.infer<typeof DiscoveryServer>

/** Where models may already be running on this machine; looked for at start, without delaying it. */
export const discoveryDefault = [
  { provider: 'ollama' },
  { provider: 'lmstudio' },
  { provider: 'llamacpp' },
  { provider: 'vllm' },
]

export const GatewayFile = z.looseObject({
  llm: z.strictObject({
    models: z.array(ModelEntry).default([]),
    virtualModels: z.array(VirtualModelEntry).default([]),
    policies: z
      .strictObject({
        timeouts: Timeouts.partial().optional(),
        retry: Retry.partial().optional(),
        circuitBreaker: CircuitBreaker.partial().optional(),
        ...admissionPolicies,
      })
      .prefault({}),
    discovery: z.array(DiscoveryServer).prefault(discoveryDefault),
  }),
})
export type GatewayFile = z.infer<typeof GatewayFile>
