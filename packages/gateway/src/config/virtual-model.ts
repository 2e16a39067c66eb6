/**
 * A virtual model in gateway.yaml: one name, several models, and the strategy that orders them for each call.
 *
 * Its targets are models, never virtual models: one step from a name to where it goes, which anybody can follow.
 */
import { z } from 'zod'
import { Retry, Timeouts } from './policies.ts'
import { name } from './values.ts'

const Target = z.strictObject({ model: name })
const targetsOf = <Shape extends z.ZodType>(target: Shape) =>
  z.strictObject({
    targets: z
      .array(target)
      .min(1, 'names no target: list at least one model')
      .max(100, 'must name at most 100 targets'),
  })

export const strategyNames = [
  'roundRobin',
  'weighted',
  'leastLatency',
  'priority',
  'cheapest',
  'conditional',
] as const

const Routing = z.strictObject({
  /** In turns. */
  roundRobin: targetsOf(Target).optional(),
  /** At random, by weight. */
  weighted: targetsOf(
    z.strictObject({ model: name, weight: z.number().gt(0, 'must be above 0').max(1_000_000) }),
  ).optional(),
  /** The one whose first token is likely to come soonest. */
  leastLatency: targetsOf(Target).optional(),
  /** The lowest number first, at random among equals. */
  priority: targetsOf(z.strictObject({ model: name, priority: z.int().min(0).max(1_000) })).optional(),
  /** By the price table; a target without a known price comes last. */
  cheapest: targetsOf(Target).optional(),
  /** The first whose expression holds. The last target has none: it answers when no other does. */
  conditional: targetsOf(
    z.strictObject({
      model: name,
      when: z.string().min(1, 'must not be empty').max(2_000, 'must have at most 2000 characters').optional(),
    }),
  ).optional(),
})

export const VirtualModelEntry = z.strictObject({
  /** What callers put into `model`. */
  name,
  description: z.string().max(500, 'must have at most 500 characters').optional(),
  /** Exactly one strategy. */
  routing: Routing,
  /** Models to go to, in this order, when a target says that the request is longer than its context. */
  contextLengthFallbacks: z.array(name).max(100, 'must name at most 100 models').default([]),
  /** Instead of its targets' own. A breaker is always the target's: all that go there share it. */
  timeouts: Timeouts.partial().optional(),
  retry: Retry.partial().optional(),
})
export type VirtualModelEntry = z.infer<typeof VirtualModelEntry>
