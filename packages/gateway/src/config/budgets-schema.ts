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
    .describe('US dollars, by the same prices as all costs here.'),
  period: z
    .enum(periods, `must be ${periods.slice(0, -1).join(', ')} or ${periods.at(-1)}`)
    .describe('When it begins anew, in UTC; weeks begin on Monday, `total` never ends.'),
  mode: z
    .enum(['soft', 'hard'], 'must be soft or hard')
    .default('hard')
    .describe(
      '`hard`: what is over it is refused (402). `soft`: it passes, with `x-gateway-budget-warning`.',
    ),
}

/** On a key, or for each caller with a token. */
export const OwnBudget = z.strictObject(amount)
export type OwnBudget = z.infer<typeof OwnBudget>

export const Budget = z.strictObject({
  per: z
    .union([part, z.array(part).min(1, 'must name at least one')], {
      error: 'must be caller, tenant or tag:<name>, or a list of these',
    })
    .describe(
      'Who has one each: every caller, tenant or value of a tag, or what agrees in all of a list. A call without that tenant or tag is not counted.',
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
      'The SQLite file, from where the gateway was started; `data/gateway-books.db` when left out, `off` for none. The variable `GATEWAY_BOOKS` goes before it. Another one takes a restart.',
    ),
  keepDays: z.int().min(1).max(3_650).default(400).describe('Older calls are deleted.'),
  callsMax: z
    .int()
    .min(1_000)
    .max(1_000_000_000)
    .default(10_000_000)
    .describe('Of more calls the oldest are deleted. A million calls take some 200 MB.'),
})
export type BooksPolicy = z.infer<typeof BooksPolicy>

/** These keys of `llm.policies`. */
export const bookPolicies = {
  budgets: z.array(Budget).prefault([]).describe('How much may be spent; every budget holds.'),
  books: BooksPolicy.prefault({}).describe('Where every call is written down, and for how long.'),
}
