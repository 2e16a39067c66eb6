/** The shape of one entry of `guardrails`: what is looked for, where, and what is done about it. */
import { z } from 'zod'
import { detectorNames } from '../guardrails/detectors/detectors.ts'

export const Guardrail = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,60}$/, 'must have 1 to 60 letters, digits, dots, dashes or underscores')
    .describe('What it is called in errors, metrics and logs, and in place of what its `regex` finds.'),
  on: z
    .array(z.enum(['request', 'response'], 'must be request or response'))
    .min(1, 'guards nothing: name request, response or both')
    .describe('What it looks at; an answer also while it streams.'),
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
          'A regular expression of your own. Every repetition has a bound (`{1,40}` in place of `+`), no match is longer than 256 characters; looking around, looking back, `^` and `$` are not possible.',
        ),
      flags: z
        .string()
        .regex(/^[is]{0,2}$/, 'can hold i (any case) and s (a dot is a line end too)')
        .optional()
        .describe('Of `regex`: `i` for any case, `s` for a dot that is a line end too.'),
    })
    .describe('Either a detector or a regex.'),
  action: z
    .enum(['mask', 'reject'], 'must be mask or reject')
    .describe(
      '`mask` puts the name of what was found in its place, in brackets; `reject` refuses the call, or ends the answer with an error.',
    ),
  models: z
    .array(z.string())
    .min(1, 'guards no model: leave it out to guard them all')
    .optional()
    .describe(
      'Only for calls that name one of these, or may go to one of them through a virtual model; all when left out.',
    ),
})
export type Guardrail = z.infer<typeof Guardrail>
