/**
 * Every error of the API is answered here, in one form: contracts' ApiError. An unforeseen error is logged, and its
 * text is not shown.
 */
import type { ApiError } from '@drag-race/contracts'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { ApiFault } from './api-fault.ts'
import { toDatabaseAdvice } from './history/index.ts'

export function answerErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    // The client left in the middle of its body: nothing failed, and nobody waits for an answer.
    if (error === request.errored) return
    const fault = toFault(error)
    if (fault.status >= 500)
      log.error({ error, method: request.method, path: request.path }, 'request failed')
    // In the middle of a stream no status can be sent any more: the break itself tells the client.
    if (response.headersSent) return void response.destroy()
    const { code, message, details, retryAfterSeconds } = fault
    if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds))
    const body: ApiError = { error: { code, message, ...(details ? { details } : {}) } }
    // An export has already said that it is a file, with a name.
    response.removeHeader('content-disposition')
    response.status(fault.status).set('cache-control', 'no-store').type('json').json(body)
  }
}

export const unknownEndpoint: RequestHandler = (request) => {
  throw new ApiFault(
    404,
    'unknown_endpoint',
    `There is no ${request.method} ${request.baseUrl}${request.path}.`,
  )
}

function toFault(error: unknown): ApiFault {
  if (error instanceof ApiFault) return error
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown }
  if (typeof type === 'string' && typeof status === 'number' && status < 500) return bodyFault(type, status)
  // A path such as /api/races/%: express cannot decode it.
  if (error instanceof URIError) return new ApiFault(400, 'invalid_path', 'The path cannot be decoded.')
  // express.static refuses a path, such as one that leads out of its folder: to the client there is no such file.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ApiFault(404, 'not_found', 'There is no such file.')
  }
  const advice = toDatabaseAdvice(error)
  if (advice !== null) return new ApiFault(503, 'database_unavailable', advice)
  return new ApiFault(500, 'internal', 'The app failed at this request. Its log says why.')
}

/** `type` is the body parser's own name of the fault. */
function bodyFault(type: string, status: number): ApiFault {
  switch (type) {
    case 'entity.too.large':
      return new ApiFault(413, 'body_too_large', 'The body is larger than 1 MB. Shorten the prompt.')
    case 'entity.parse.failed':
      return new ApiFault(400, 'invalid_json', 'The body is not valid JSON. An object is expected.')
    default:
      return new ApiFault(status, type.replaceAll('.', '_'), 'The body cannot be read. Send JSON as UTF-8.')
  }
}
