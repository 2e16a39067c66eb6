/** The shape of `cache`: may an answer be given again to the very same request, and how much is kept for that? */
import { z } from 'zod'

export const Cache = z.strictObject({
  mode: z
    .enum(['off', 'exact'], 'must be off or exact')
    .default('off')
    .describe(
      '`exact`: a request that is the same in every word gets the answer that the first one got, whatever its temperature. Only within a tenant, or one caller where it has none; never for calls that ask for a report, as races do.',
    ),
  ttlSeconds: z.int().min(1).max(604_800).default(300).describe('How long an answer is kept.'),
  maxEntries: z.int().min(1).max(1_000_000).default(1_000).describe('The most answers that are kept.'),
  maxBytes: z
    .int()
    .min(1_000)
    .max(10_000_000_000)
    .default(64_000_000)
    .describe(
      'Of all kept answers together, in memory; the longest unused go first. One answer may take an eighth.',
    ),
})
export type CachePolicy = z.infer<typeof Cache>
