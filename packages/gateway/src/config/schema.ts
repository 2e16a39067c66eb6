/**
 * The shape of gateway.yaml. Strict under `llm`: an unknown key is a fault there, because somebody relies on that
 * setting. Other top-level keys (agentgateway's `config`, `binds`, …) belong to other programs: they get a warning.
 *
 * The `describe` text of a key says what it does. `pnpm gateway:docs` copies it to docs/gateway-config.md and to the
 * JSON schema for editors.
 */
import { z } from 'zod'
import { type ProviderName, providers, toProviderName } from '../upstream/providers.ts'
import { bookPolicies } from './budgets-schema.ts'
import { Cache } from './cache-schema.ts'
import { admissionPolicies } from './callers-schema.ts'
import { Guardrail } from './guardrails-schema.ts'
import { CircuitBreaker, Retry, Timeouts } from './policies.ts'
import { aliases, name } from './values.ts'
import { VirtualModelEntry } from './virtual-model.ts'

const providerNames = Object.keys(providers)
const inAnyCase = (name: string) => name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)

/** For editors, which cannot see into a transform: the names to choose from, also in capital letters. */
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

/** `config/faults.ts` replaces this message by one with the wrong name and the nearest known one. */
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

/** Enough for a few photos of a phone, or for a context of a million tokens. */
const bodyBytesDefault = 16 * 1024 * 1024
/** Half of the longest string in Node, which is half a gigabyte. */
const bodyBytesCeiling = 256 * 1024 * 1024

const ModelEntry = z.strictObject({
  name: name.describe('The name that callers put into `model`.'),
  aliases,
  provider: Provider.describe("Whose model it is; `custom` is any server that speaks OpenAI's dialect."),
  params: z
    .strictObject({
      apiKey: z
        .string()
        .optional()
        .describe(
          "The provider's key, given as a variable (`$NAME`); the provider's usual variable when left out.",
        ),
      model: z
        .string()
        .min(1, 'must not be empty')
        .optional()
        .describe("The provider's name of the model, where it is not `name`."),
      baseUrl: z
        .string()
        .optional()
        .describe(
          "The address without its end, `/chat/completions` or what the provider's own dialect has in its place; the provider's usual address when left out. Redirects are not followed.",
        ),
      headers: z
        .record(z.string(), z.string())
        .optional()
        .describe(
          'Headers to send with every request to the provider, by name, such as `{ OpenAI-Project: "$PROJECT" }` or what another gateway expects. They replace headers of the same name.',
        ),
      accessKeyId: z
        .string()
        .optional()
        .describe(
          'Bedrock only, in place of `apiKey`: the AWS access key id; `$AWS_ACCESS_KEY_ID` when left out.',
        ),
      secretAccessKey: z
        .string()
        .optional()
        .describe(
          'Bedrock only: the secret that belongs to `accessKeyId`; `$AWS_SECRET_ACCESS_KEY` when left out.',
        ),
      sessionToken: z
        .string()
        .optional()
        .describe(
          'Bedrock only: the session token of temporary credentials; when it and `accessKeyId` are left out, `$AWS_SESSION_TOKEN` if that is set.',
        ),
      region: z
        .string()
        .optional()
        .describe(
          'Bedrock only: the AWS region, such as `eu-west-1`; when left out, the one in `baseUrl`, else `$AWS_REGION` or `$AWS_DEFAULT_REGION`.',
        ),
    })
    .prefault({})
    .describe(
      'How the provider is reached. All texts below can contain variables (`$NAME`); `$$` is a dollar sign.',
    ),
  description: z
    .string()
    .max(500, 'must have at most 500 characters')
    .optional()
    .describe('A description for people who choose a model.'),
  price: Price.optional().describe('Prices that are used in place of the built-in table.'),
  timeouts: Timeouts.partial()
    .optional()
    .describe('Deadlines of this model; a key that is left out is taken from `llm.policies.timeouts`.'),
  retry: Retry.partial()
    .optional()
    .describe(
      'Retries of calls that name this model; a key that is left out is taken from `llm.policies.retry`. If neither is set, such a call is tried once.',
    ),
  circuitBreaker: CircuitBreaker.partial()
    .optional()
    .describe(
      'The breaker of this model; a key that is left out is taken from `llm.policies.circuitBreaker`. If neither is set, it stops only calls that come through a virtual model.',
    ),
})
export type ModelEntry = z.infer<typeof ModelEntry>

const DiscoveryServer = z.strictObject({
  provider: Provider.describe('What kind of server it is.'),
  baseUrl: z
    .string()
    .optional()
    .describe("The address at which the server is looked for; the provider's usual address when left out."),
  name: name
    .optional()
    .describe(
      "What the names of its models begin with (`ollama` in `ollama/llama3.2`); the provider's name when left out.",
    ),
})
export type DiscoveryServer = z.infer<typeof DiscoveryServer>

/** Model servers that might already run on this machine. They are looked for at start, without delaying it. */
export const discoveryDefault = [
  { provider: 'ollama' },
  { provider: 'lmstudio' },
  { provider: 'llamacpp' },
  { provider: 'vllm' },
]

export const GatewayFile = z.looseObject({
  llm: z
    .strictObject({
      // `prefault`, because zod leaves the `default` of a schema with a transform out of the JSON schema.
      models: z.array(ModelEntry).prefault([]).describe('The models that callers can name.'),
      virtualModels: z
        .array(VirtualModelEntry)
        .default([])
        .describe('Names that stand for several models, and how each call chooses among them.'),
      policies: z
        .strictObject({
          timeouts: Timeouts.partial().optional().describe('How long each part of a call may take.'),
          bodyBytesMax: z
            .int()
            .min(1)
            .max(bodyBytesCeiling)
            .default(bodyBytesDefault)
            .describe(
              'The longest body of a request in bytes; a longer one is refused with 413. Pictures and documents in a body are a third longer than their files. A body over 256 KiB that holds more than 200,000 values, or is nested more than 1,000 deep, is refused with 400. Parsing 32 MiB takes some tenths of a second, in which no other call is served.',
            ),
          retry: Retry.partial()
            .optional()
            .describe(
              'How often a target is tried. If this is not set, a model called by its own name is tried once.',
            ),
          circuitBreaker: CircuitBreaker.partial()
            .optional()
            .describe(
              'When a failing target gets no calls for a while. If this is not set, only calls through virtual models are kept from it.',
            ),
          ...admissionPolicies,
          guardrails: z
            .array(Guardrail)
            .max(100, 'must have at most 100 entries')
            .default([])
            .describe(
              'What must not pass. Guardrails run in this order, each on the text as the ones before it left it; see guardrails.md.',
            ),
          cache: Cache.prefault({}).describe('Stored answers for identical requests.'),
          ...bookPolicies,
        })
        .prefault({})
        .describe('What applies to all models, and who may call.'),
      discovery: z
        .array(DiscoveryServer)
        .prefault(discoveryDefault)
        .describe(
          'Model servers that might already be running. They are looked for at start, without delaying it; with `[]` or `GATEWAY_DISCOVERY=off` none is looked for.',
        ),
    })
    .describe(
      'All that this gateway reads. Other top-level keys belong to other programs and are ignored, with a warning.',
    ),
})
export type GatewayFile = z.infer<typeof GatewayFile>
