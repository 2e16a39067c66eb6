/**
 * A virtual model in gateway.yaml: one name, several models, and the strategy that orders them for each call.
 *
 * Its targets are models, never virtual models: one step leads from a name to its targets, which anybody can follow.
 */
import { z } from 'zod'
import { Retry, Timeouts } from './policies.ts'
import { aliases, name } from './values.ts'

const model = name.describe('One of `llm.models`, or a model that is found at start (`ollama/llama3.2`).')

const Target = z.strictObject({ model })
const targetsOf = <Shape extends z.ZodType>(target: Shape) =>
  z.strictObject({
    targets: z
      .array(target)
      .min(1, 'names no target: list at least one model')
      .max(100, 'must name at most 100 targets')
      .describe('The models that the strategy puts in order; when one fails, the next is tried.'),
  })

export const strategyNames = [
  'roundRobin',
  'weighted',
  'leastLatency',
  'priority',
  'cheapest',
  'conditional',
] as const

const Routing = z
  .strictObject({
    roundRobin: targetsOf(Target).optional().describe('The targets take turns.'),
    weighted: targetsOf(
      z.strictObject({
        model,
        weight: z
          .number()
          .gt(0, 'must be above 0')
          .max(1_000_000)
          .describe('Its share: a target of weight 9 is chosen nine times as often as one of weight 1.'),
      }),
    )
      .optional()
      .describe('The targets are chosen at random, by weight.'),
    leastLatency: targetsOf(Target)
      .optional()
      .describe(
        'First the target whose answer is likely to begin soonest, from measurements: for streams of the time to the first token, for other calls of the time to the answer.',
      ),
    priority: targetsOf(
      z.strictObject({
        model,
        priority: z.int().min(0).max(1_000).describe('Lower numbers are tried first.'),
      }),
    )
      .optional()
      .describe('The lowest number first, at random among equals.'),
    cheapest: targetsOf(Target)
      .optional()
      .describe(
        'The cheapest target first, by `price` or the built-in table, for a call with three input tokens to each output token; a target without a known price comes last.',
      ),
    conditional: targetsOf(
      z.strictObject({
        model,
        when: z
          .string()
          .min(1, 'must not be empty')
          .max(2_000, 'must have at most 2000 characters')
          .optional()
          .describe(
            'A CEL expression over `request` (the body), `metadata` (that of the body), `headers` (by their names in lower case, without credentials) and `caller` (`id`, `tenant` or null, `tags`). If it cannot be evaluated for a call, for example because a member is missing, it is false. The pattern of `matches` is a text in quotes, in RE2 syntax. Going through one list inside another, as `exists` in `exists` does, takes time in proportion to the product of their lengths, and no other call is served meanwhile: keep one of them short.',
          ),
      }),
    )
      .optional()
      .describe(
        'Only the targets whose expression is true, in the order of the list. The last target has no expression: it is tried when all others are ruled out or have failed.',
      ),
  })
  // `check-virtual-models.ts` checks this for the gateway; `oneOf` tells it to editors. Not `maxProperties`: with it
  // the YAML language server offers no key at all where a second would be too many.
  .meta({ oneOf: strategyNames.map((strategy) => ({ required: [strategy] })) })

export const VirtualModelEntry = z.strictObject({
  name: name.describe('The name that callers put into `model`.'),
  aliases,
  description: z
    .string()
    .max(500, 'must have at most 500 characters')
    .optional()
    .describe('A description for people who choose a model.'),
  routing: Routing.describe('Exactly one strategy, which orders the targets for each call.'),
  contextLengthFallbacks: z
    .array(name)
    .max(100, 'must name at most 100 models')
    .default([])
    .describe(
      'Models to try next, in this order, when a target says that the request is longer than its context.',
    ),
  // No `circuitBreaker`: a breaker belongs to its target, and all calls that go there share it.
  timeouts: Timeouts.partial()
    .optional()
    .describe(
      'Deadlines that replace those of its targets, key by key. `totalMs` is the time for all attempts together; when left out, it is that of `llm.policies`.',
    ),
  retry: Retry.partial()
    .optional()
    .describe(
      'Retries of calls that name this virtual model, in place of those of its targets; a key that is left out is taken from `llm.policies.retry`.',
    ),
})
export type VirtualModelEntry = z.infer<typeof VirtualModelEntry>
