/**
 * Bedrock's errors: the kind in the header `x-amzn-errortype` (or `__type` of the body), the text in `message`; in a
 * stream as an exception event. A wrong signature or token comes as a 403, which is a 401 for OpenAI's clients.
 */
import type { Fault, UpstreamHeaders } from '../dialect.ts'
import { readBody, toFault } from '../fault.ts'
import { readRetryAfterMs } from '../openai/retry-hint.ts'
import { record, text } from '../read-json.ts'

export function readError(status: number, headers: UpstreamHeaders, body: string): Fault {
  const { json, words } = readBody(body)
  const said = record(json)
  const header = headers['x-amzn-errortype']
  const kind = toKind(text(header) || text(said.__type) || text(record(said.Output).__type))
  const message = text(said.message) || text(said.Message) || (kind === '' ? words : kind)
  return read(kind, status, message, readRetryAfterMs(headers, null))
}

/** In a stream the exception's name stands for the status: `throttlingException`. */
export function toStreamFault(type: string, message: string): Fault {
  return read(toKind(type), 500, message, null)
}

/** `ThrottlingException:http://internal.amazon.com/…`, `com.amazon.coral.service#UnknownOperationException` */
function toKind(type: string): string {
  return type
    .replace(/:.*$/s, '')
    .replace(/^.*#/s, '')
    .replace(/^[a-z]/, (letter) => letter.toUpperCase())
}

const statuses: Record<string, number> = {
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ModelTimeoutException: 504,
  ModelErrorException: 502,
  ModelStreamErrorException: 502,
  ThrottlingException: 429,
  // The model is still loading; Bedrock answers 429.
  ModelNotReadyException: 503,
  ServiceUnavailableException: 503,
  InternalServerException: 500,
}

/** The signature, the token or the key is wrong. */
const badKey =
  /^(UnrecognizedClient|InvalidSignature|IncompleteSignature|ExpiredToken|MissingAuthenticationToken|InvalidClientTokenId)/

function read(kind: string, status: number, message: string, retryAfterMs: number | null): Fault {
  if (badKey.test(kind)) return toFault({ status: 401, message })
  const code = kind === 'ServiceQuotaExceededException' ? 'insufficient_quota' : undefined
  // Bedrock answers 424 when the model behind it failed.
  const ownStatus = statuses[kind] ?? (status === 424 ? 502 : status)
  return toFault({ status: ownStatus, message, code, retryAfterMs })
}
