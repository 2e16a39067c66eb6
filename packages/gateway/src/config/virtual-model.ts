/**
 * A virtual model in gateway.yaml: one name, several models, and the strategy that orders them for each call.
 *
 * Its targets are models, never virtual models: one step from a name to where it goes, which anybody can follow.
 */
import { z } from 'zod'
import { Retry, Timeouts } from './policies.ts'
import { name } from './values.ts'

const model = name.describe('One of `llm.models`, or a model that is found at start (`ollama/llama3.2`).')

const Target = z.strictObject({ model })
const targetsOf = <Shape extends z.ZodType>(target: Shape) =>
  z.strictObject({
    targets: z
      .array(target)
      .min(1, 'names no target: list at least one model')
      .max(100, 'must name at most 100 targets')
      .describe('The models that it puts in order; the next is tried when one fails.'),
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
    roundRobin: targetsOf(Target).optional().describe('In turns.'),
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
      .describe('At random, by weight.'),
    leastLatency: targetsOf(Target)
      .optional()
      .describe(
        'The one whose answer is likely to begin soonest: by first tokens for streams, by answers for other calls.',
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
      .describe('By the price table; a target without a known price comes last.'),
    conditional: targetsOf(
      z.strictObject({
        model,
        when: z
          .string()
          .min(1, 'must not be empty')
          .max(2_000, 'must have at most 2000 characters')
          .optional()
          .describe(
            'A CEL expression over `request`, `metadata`, `headers` and `caller`. What cannot be worked out for a call, as a member that it lacks, does not hold. The pattern of `matches` is one of RE2, in quotes. A list that is gone through inside another, as `exists` in `exists`, takes the product of both, during which no other call has a turn: keep one of them short.',
          ),
      }),
    )
      .optional()
      .describe('The first whose expression holds. The last target has none: it answers when no other does.'),
  })
  // `check-virtual-models.ts` sees to it here; editors are told the same, and not by `maxProperties`: where one more key would be
  // one too many the YAML language server offers none, not even the first.
  .meta({ oneOf: strategyNames.map((strategy) => ({ required: [strategy] })) })

export const VirtualModelEntry = z.strictObject({
  name: name.describe('What callers put into `model`.'),
  description: z
    .string()
    .max(500, 'must have at most 500 characters')
    .optional()
    .describe('For people who choose a model.'),
  routing: Routing.describe('Exactly one strategy, which orders the targets for each call.'),
  contextLengthFallbacks: z
    .array(name)
    .max(100, 'must name at most 100 models')
    .default([])
    .describe(
      'Models to go to, in this order, when a target says that the request is longer than its context.',
    ),
  // A breaker is always the target's: all that go there share it.
  timeouts: Timeouts.partial()
    .optional()
    .describe(
      "Used in place of its targets' own, key by key. `totalMs` bounds all attempts together, and is that of `llm.policies` when left out.",
    ),
  retry: Retry.partial()
    .optional()
    .describe(
      "Used in place of its targets' own; a key that is left out is taken from `llm.policies.retry`.",
    ),
})
export type VirtualModelEntry = z.infer<typeof VirtualModelEntry>
