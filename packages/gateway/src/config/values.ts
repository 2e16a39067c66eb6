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
