/** The shape of `cache`: whether identical requests get a stored answer, and how much is stored. */
import { z } from 'zod'

export const Cache = z.strictObject({
  mode: z
    .enum(['off', 'exact'], 'must be off or exact')
    .default('off')
    .describe(
      '`exact`: a request that is identical to an earlier one, apart from `user` and `metadata`, gets the answer of that one, whatever its temperature. Answers are shared within a tenant; a caller without a tenant gets only its own. Calls that ask for a report, as races do, bypass the cache unless they send `x-gateway-cache: use`.',
    ),
  ttlSeconds: z.int().min(1).max(604_800).default(300).describe('How long an answer is kept.'),
  maxEntries: z.int().min(1).max(1_000_000).default(1_000).describe('How many answers are kept at most.'),
  maxBytes: z
    .int()
    .min(1_000)
    .max(10_000_000_000)
    .default(64_000_000)
    .describe(
      'How many bytes of memory all kept answers together can take; the longest unused are dropped first. An answer of more than an eighth of it is not kept.',
    ),
})
export type CachePolicy = z.infer<typeof Cache>
