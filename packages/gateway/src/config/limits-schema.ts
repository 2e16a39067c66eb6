/** The shape of one entry of `rateLimits`: which calls share a bucket, and how much fits into it. */
import { z } from 'zod'

const positive = z.int().min(1).max(1_000_000_000)

export const RateLimit = z
  .strictObject({
    per: z
      .array(z.enum(['caller', 'tenant', 'model'], 'must be caller, tenant or model'))
      .default(['caller'])
      .describe('Calls that agree in all of these share one limit; `[]` is one limit for everybody.'),
    requestsPerMinute: positive.optional().describe('Requests a minute.'),
    tokensPerMinute: positive.optional().describe('Tokens a minute, input and output together.'),
    burst: positive
      .optional()
      .describe(
        "Requests that may come at once after a rest; a minute's worth when left out. Needs `requestsPerMinute` beside it.",
      ),
    concurrency: positive.optional().describe('Calls that may run at the same time.'),
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
        message: 'bursts nothing: set requestsPerMinute beside it',
      })
    }
  })
export type RateLimit = z.infer<typeof RateLimit>
