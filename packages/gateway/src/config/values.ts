/** The values that several parts of gateway.yaml have in common. */
import { z } from 'zod'

/** The longest that a Node timer can wait: 2³¹ − 1 ms, some 24 days. */
const timerMsMax = 2_147_483_647
export const milliseconds = z.int().min(1).max(timerMsMax)

export const name = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .regex(/^\S*$/, 'must not hold spaces')

export const aliases = z
  .array(name)
  .max(100, 'must have at most 100 names')
  .default([])
  .describe(
    'Further names that callers can put into `model`. A call by one of them is a call of this model: limits, guardrails, books and metrics know it as `name`.',
  )
