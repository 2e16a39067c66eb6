/** The shape of one entry of `guardrails`: what is looked for, where, and what is done about it. */
import { z } from 'zod'
import { detectorNames } from '../guardrails/detectors/detectors.ts'

export const Guardrail = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,60}$/, 'must have 1 to 60 letters, digits, dots, dashes or underscores')
    .describe('Its name in errors, metrics and logs. A mask puts it in place of what the `regex` finds.'),
  on: z
    .array(z.enum(['request', 'response'], 'must be request or response'))
    .min(1, 'guards nothing: name request, response or both')
    .describe('What is checked: requests, answers (also while they stream), or both.'),
  match: z
    .strictObject({
      detector: z
        .enum(detectorNames, `must be one of: ${detectorNames.join(', ')}`)
        .optional()
        .describe('A built-in detector.'),
      regex: z
        .string()
        .min(1, 'must not be empty')
        .max(1_000, 'must have at most 1000 characters')
        .optional()
        .describe(
          'A regular expression of your own. Every repetition must have a bound (`{1,40}` in place of `+`), and no match can be longer than 256 characters. Lookaround, backreferences, `^` and `$` are not possible.',
        ),
      flags: z
        .string()
        .regex(/^[is]{0,2}$/, 'can hold i (ignores case) and s (a dot matches line ends too)')
        .optional()
        .describe('Flags of `regex`: `i` ignores case, `s` lets a dot match line ends too.'),
    })
    .describe('What is looked for: either a detector or a regex.'),
  action: z
    .enum(['mask', 'reject'], 'must be mask or reject')
    .describe(
      '`mask` replaces what was found by its name in brackets; `reject` refuses the call, or ends the answer with an error.',
    ),
  models: z
    .array(z.string())
    .min(1, 'guards no model: leave the list out to guard all models')
    .optional()
    .describe(
      'Only calls that name one of these models, or can reach one of them through a virtual model, are checked; all calls when left out.',
    ),
})
export type Guardrail = z.infer<typeof Guardrail>
