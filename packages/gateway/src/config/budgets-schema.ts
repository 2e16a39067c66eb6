/** The shape of budgets and of the books that they are counted in. */
import { z } from 'zod'
import { periods } from '../books/period.ts'
import type { Part } from '../books/spending.ts'

const part = z
  .string()
  .regex(/^(caller|tenant|tag:[\w.:-]{1,64})$/, 'must be caller, tenant or tag:<name>')
  .transform((text) => text as Part)

const amount = {
  usd: z
    .number()
    .gt(0, 'must be above 0')
    .max(1_000_000)
    .describe('The amount in US dollars, at the same prices as all costs of the gateway.'),
  period: z
    .enum(periods, `must be ${periods.slice(0, -1).join(', ')} or ${periods.at(-1)}`)
    .describe('When the budget restarts, by UTC: weeks begin on Monday, `total` never ends.'),
  mode: z
    .enum(['soft', 'hard'], 'must be soft or hard')
    .default('hard')
    .describe(
      '`hard`: once the budget is used up, calls are refused (402). `soft`: they pass, with the header `x-gateway-budget-warning`.',
    ),
}

/** The budget of one API key, or of each caller with a token. */
export const OwnBudget = z.strictObject(amount)
export type OwnBudget = z.infer<typeof OwnBudget>

export const Budget = z.strictObject({
  per: z
    .union([part, z.array(part).min(1, 'must name at least one')], {
      error: 'must be caller, tenant or tag:<name>, or a list of these',
    })
    .describe(
      'Who has a budget of their own: each caller, each tenant or each value of a tag; of a list, each combination. The budget does not apply to a call without that tenant or tag.',
    ),
  ...amount,
})
export type Budget = z.infer<typeof Budget>

export const BooksPolicy = z.strictObject({
  file: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe(
      'The SQLite file, relative to the folder in which the gateway was started; `data/gateway-books.db` when left out, `off` for no books. The variable `GATEWAY_BOOKS` takes precedence. A change takes effect at the next start.',
    ),
  keepDays: z
    .int()
    .min(1)
    .max(3_650)
    .default(400)
    .describe('For how many days a call is kept; older ones are deleted.'),
  callsMax: z
    .int()
    .min(1_000)
    .max(1_000_000_000)
    .default(10_000_000)
    .describe('How many calls are kept; of more, the oldest are deleted. A million calls take some 270 MB.'),
})
export type BooksPolicy = z.infer<typeof BooksPolicy>

/** These keys of `llm.policies`. */
export const bookPolicies = {
  budgets: z.array(Budget).prefault([]).describe('How much may be spent. All budgets apply at once.'),
  books: BooksPolicy.prefault({}).describe(
    'Where every call is recorded, and how long the records are kept.',
  ),
}
