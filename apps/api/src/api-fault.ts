/**
 * The one way in which a request is refused: thrown anywhere below a route, answered by error-handler.ts in the form of
 * contracts' ApiError. The message tells the reader what to do.
 */
import type { ApiError } from '@drag-race/contracts'
import * as z from 'zod/mini'
import { toFieldAdvice } from './field-advice.ts'

// zod/mini comes without messages: without a locale each one is "Invalid input".
z.config(z.locales.en())

type Detail = NonNullable<ApiError['error']['details']>[number]

export class ApiFault extends Error {
  override name = 'ApiFault'
  readonly status: number
  readonly code: string
  readonly details: Detail[] | undefined
  /** Set when the same request, unchanged, can succeed a little later. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    status: number,
    code: string,
    message: string,
    { details, retryAfterSeconds }: { details?: Detail[]; retryAfterSeconds?: number } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The value as the schema parses it. Throws a 400 that names every fault by its path, such as `lanes.0.model`. */
export function parseOrFault<Output>(schema: z.ZodMiniType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value, { error: toFieldAdvice })
  if (parsed.success) return parsed.data
  throw invalidRequest(parsed.error.issues.flatMap(toDetails))
}

export function invalidRequest(details: Detail[]): ApiFault {
  const [first, ...others] = details
  const where = first?.path ? `${first.path}: ` : ''
  const more = others.length > 0 ? ` (and ${others.length} more, see details)` : ''
  return new ApiFault(
    400,
    'invalid_request',
    `${where}${first?.message ?? 'The request is not valid.'}${more}`,
    { details },
  )
}

export function notFound(what: string): ApiFault {
  return new ApiFault(404, 'not_found', what)
}

function toDetails(issue: z.core.$ZodIssue): Detail[] {
  const path = issue.path.map(String)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key].join('.'),
        message: 'This key is not known here: check its spelling, or leave it out.',
      }))
    case 'invalid_key':
      // The issue's own message says only that a key is invalid; the nested issues say why.
      return [{ path: path.join('.'), message: issue.issues.map(({ message }) => message).join('; ') }]
    case 'invalid_union':
      return toUnionDetails(issue)
    default:
      return [{ path: path.join('.'), message: issue.message }]
  }
}

/** What has one form of several, but for a part of it, is told about that part alone. */
function toUnionDetails({ errors, message, path }: z.core.$ZodIssueInvalidUnion): Detail[] {
  const isOfPart = ({ path, code }: z.core.$ZodIssue) => path.length > 0 || code === 'unrecognized_keys'
  const meant = errors.find((form) => form.every(isOfPart))
  if (meant) return meant.flatMap((issue) => toDetails({ ...issue, path: [...path, ...issue.path] }))
  const messages = errors.flatMap((form) => form.map((issue) => issue.message))
  return [{ path: path.join('.'), message: messages.join(' Or: ') || message }]
}
