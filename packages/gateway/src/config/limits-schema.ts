/** The shape of one entry of `rateLimits`: which calls share a bucket, and how much fits into it. */
import { z } from 'zod'

const positive = z.int().min(1).max(1_000_000_000)

export const RateLimit = z
  .strictObject({
    per: z
      .array(z.enum(['caller', 'tenant', 'model'], 'must be caller, tenant or model'))
      .default(['caller'])
      .describe('Calls that have all of these in common share one limit; `[]` is one limit for all calls.'),
    requestsPerMinute: positive.optional().describe('Requests allowed per minute.'),
    tokensPerMinute: positive.optional().describe('Tokens allowed per minute, input and output together.'),
    burst: positive
      .optional()
      .describe(
        'How many requests may come at once after a quiet time; as many as in a minute when left out. Needs `requestsPerMinute` too.',
      ),
    concurrency: positive.optional().describe('How many calls may run at the same time.'),
  })
  .superRefine((limit, context) => {
    const { requestsPerMinute, tokensPerMinute, concurrency, burst } = limit
    if (requestsPerMinute === undefined && tokensPerMinute === undefined && concurrency === undefined) {
      context.addIssue('limits nothing: set requestsPerMinute, tokensPerMinute or concurrency')
    }
    if (burst !== undefined && requestsPerMinute === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['burst'],
        message: 'has no effect by itself: set requestsPerMinute too',
      })
    }
  })
export type RateLimit = z.infer<typeof RateLimit>
