/**
 * The shape of gateway.yaml. Strict under `llm`: an unknown key is a fault there, because it is a setting that somebody
 * believes in. Other top-level keys (agentgateway's `config`, `binds`, …) belong to others and are let be.
 *
 * What a key means stands in its `describe`, which `pnpm gateway:docs` copies to docs/gateway-config.md and to the JSON
 * schema of editors.
 */
import { z } from 'zod'
import { type ProviderName, providers, toProviderName } from '../upstream/providers.ts'
import { bookPolicies } from './budgets-schema.ts'
import { Cache } from './cache-schema.ts'
import { admissionPolicies } from './callers-schema.ts'
import { Guardrail } from './guardrails-schema.ts'
import { CircuitBreaker, Retry, Timeouts } from './policies.ts'
import { name } from './values.ts'
import { VirtualModelEntry } from './virtual-model.ts'

const providerNames = Object.keys(providers)
const inAnyCase = (name: string) => name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)

/** For editors, which cannot see into a transform: the names to choose from, and that they may be written in any case. */
const providerHints = {
  anyOf: [
    { type: 'string', enum: providerNames },
    { type: 'string', pattern: `^(${providerNames.map(inAnyCase).join('|')})$` },
  ],
}

const Provider = z
  .string()
  .transform((value, context): ProviderName => {
    const provider = toProviderName(value)
    if (provider) return provider
    context.issues.push({ code: 'custom', message: unknownProvider, input: value, continue: true })
    return z.NEVER
  })
  .meta(providerHints)

/** `config/faults.ts` puts the near names behind it. */
export const unknownProvider = 'unknown provider'

/** US dollars for a million tokens. */
const Price = z.strictObject({
  inputPerMillion: z.number().nonnegative().describe('US dollars for a million input tokens.'),
  outputPerMillion: z.number().nonnegative().describe('US dollars for a million output tokens.'),
  cachedInputPerMillion: z
    .number()
    .nonnegative()
    .optional()
    .describe('US dollars for a million input tokens read from a cache; the input price when left out.'),
  cacheWriteInputPerMillion: z
    .number()
    .nonnegative()
    .optional()
    .describe('US dollars for a million input tokens written to a cache; the input price when left out.'),
  reasoningPerMillion: z
    .number()
    .nonnegative()
    .optional()
    .describe('US dollars for a million output tokens of reasoning; the output price when left out.'),
})
export type Price = z.infer<typeof Price>

/** A few pictures of a phone, or a context of a million tokens. */
const bodyBytesDefault = 16 * 1024 * 1024
/** A string of Node's ends at half a gigabyte. */
const bodyBytesCeiling = 256 * 1024 * 1024

const ModelEntry = z.strictObject({
  name: name.describe('What callers put into `model`.'),
  provider: Provider.describe("Whose model it is; `custom` is any server that speaks OpenAI's dialect."),
  params: z
    .strictObject({
      apiKey: z
        .string()
        .optional()
        .describe("The provider's key, as `$NAME`; the provider's usual variable when left out."),
      model: z
        .string()
        .min(1, 'must not be empty')
        .optional()
        .describe("The provider's name of the model, when ours is an alias."),
      baseUrl: z
        .string()
        .optional()
        .describe(
          "The address up to and without `/chat/completions`, or what stands in its place in the provider's own dialect; the provider's own when left out. Redirects are not followed.",
        ),
      headers: z
        .record(z.string(), z.string())
        .optional()
        .describe(
          'Headers for every request to it, by name, as `{ OpenAI-Project: "$PROJECT" }` or what another gateway wants to be told. They replace those of the same name.',
        ),
      accessKeyId: z
        .string()
        .optional()
        .describe("Bedrock's, in place of a key; `$AWS_ACCESS_KEY_ID` when left out."),
      secretAccessKey: z
        .string()
        .optional()
        .describe("Bedrock's, beside `accessKeyId`; `$AWS_SECRET_ACCESS_KEY` when left out."),
      sessionToken: z
        .string()
        .optional()
        .describe("Bedrock's, for credentials that end; `$AWS_SESSION_TOKEN` when left out."),
      region: z.string().optional().describe("Bedrock's, as `eu-west-1`; `$AWS_REGION` when left out."),
    })
    .prefault({})
    .describe('How the provider is reached. Texts may hold variables, `$NAME`; `$$` is a dollar sign.'),
  description: z
    .string()
    .max(500, 'must have at most 500 characters')
    .optional()
    .describe('For people who choose a model.'),
  price: Price.optional().describe('Used in place of the built-in price table.'),
  timeouts: Timeouts.partial()
    .optional()
    .describe('Deadlines of this model; a key that is left out is taken from `llm.policies.timeouts`.'),
  retry: Retry.partial()
    .optional()
    .describe(
      'Retries of calls that name this model; a key that is left out is taken from `llm.policies.retry`. Where neither is written, such a call is tried once.',
    ),
  circuitBreaker: CircuitBreaker.partial()
    .optional()
    .describe(
      'The breaker of this model; a key that is left out is taken from `llm.policies.circuitBreaker`. Where neither is written, it guards only targets of virtual models.',
    ),
})
export type ModelEntry = z.infer<typeof ModelEntry>

const DiscoveryServer = z.strictObject({
  provider: Provider.describe('What kind of server it is.'),
  baseUrl: z
    .string()
    .optional()
    .describe("Where it is looked for; the provider's own address when left out."),
  name: name
    .optional()
    .describe("Stands before the model's own name (`ollama/llama3.2`); the provider's name when left out."),
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
  llm: z
    .strictObject({
      // `prefault`: of what holds a transform, JSON schema shows no `default`.
      models: z.array(ModelEntry).prefault([]).describe('The models that callers can name.'),
      virtualModels: z
        .array(VirtualModelEntry)
        .default([])
        .describe('Names that stand for several models, and how each call chooses among them.'),
      policies: z
        .strictObject({
          timeouts: Timeouts.partial().optional().describe('How long a call may take.'),
          bodyBytesMax: z
            .int()
            .min(1)
            .max(bodyBytesCeiling)
            .default(bodyBytesDefault)
            .describe(
              'The longest body of a request; a longer one is a 413. Pictures and documents in it are a third longer than their files. One over 256 KiB that holds more than 200,000 values, or lists 1,000 deep, is a 400. While one of 32 MiB is read, some tenths of a second, no other call has a turn.',
            ),
          retry: Retry.partial()
            .optional()
            .describe(
              'How often a target is tried. Where it is not written, a model called by its own name is tried once.',
            ),
          circuitBreaker: CircuitBreaker.partial()
            .optional()
            .describe(
              'When a failing target is left alone for a while. Where it is not written, only targets of virtual models are.',
            ),
          ...admissionPolicies,
          guardrails: z
            .array(Guardrail)
            .max(100, 'must have at most 100 entries')
            .default([])
            .describe(
              'What must not pass, looked for in this order, each in what those before it have left; see guardrails.md.',
            ),
          cache: Cache.prefault({}).describe('Answers that are given again to the very same request.'),
          ...bookPolicies,
        })
        .prefault({})
        .describe('What holds for all models, and who may call.'),
      discovery: z
        .array(DiscoveryServer)
        .prefault(discoveryDefault)
        .describe(
          'Where models may already be running; looked for at start, without delaying it. `[]` looks nowhere, and so does `GATEWAY_DISCOVERY=off`.',
        ),
    })
    .describe('All that this gateway reads; other keys beside it belong to others and are ignored.'),
})
export type GatewayFile = z.infer<typeof GatewayFile>
