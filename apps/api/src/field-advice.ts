/** What to write instead, for a field of a request; zod's own messages say only what it expected. */
import type * as z from 'zod/mini'

/** undefined leaves the message to zod. */
export function toFieldAdvice(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds[issue.expected]
      if (kind === undefined) return undefined
      return issue.input === undefined ? `This is missing. Give ${kind}.` : `Give ${kind}.`
    }
    case 'invalid_value':
      return `Give one of these: ${issue.values.join(', ')}.`
    case 'too_small':
      return `Give ${toLimit(issue.inclusive === false ? 'more than' : 'at least', issue.minimum, issue.origin)}.`
    case 'too_big':
      return `Give ${toLimit('at most', issue.maximum, issue.origin)}.`
    default:
      return undefined
  }
}

/** "one", because a parameter of a URL that is repeated arrives as a list. */
const kinds: Partial<Record<z.core.$ZodInvalidTypeExpected, string>> = {
  string: 'one text',
  number: 'one number',
  int: 'one whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function toLimit(bound: string, limit: number | bigint, origin: string): string {
  switch (origin) {
    case 'string':
      return `${bound} ${limit} character${limit === 1 ? '' : 's'}`
    case 'array':
      return `${bound} ${limit} of them`
    default:
      return `a number of ${bound} ${limit}`
  }
}
