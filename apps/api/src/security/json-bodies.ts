/** Bodies are JSON, at most 1 MB. A form on another site's page cannot send that content type. */
import express, { type Request, type RequestHandler } from 'express'
import { ApiFault } from '../api-fault.ts'

const bodyBytesMax = 1024 * 1024

export function jsonBodies(): RequestHandler[] {
  const parse = express.json({ limit: bodyBytesMax, strict: true })
  return [
    requireJson,
    // The parser gives each fault a type, but for those of a decompression.
    (request, response, next) =>
      parse(request, response, (fault?: { type?: string }) =>
        next(fault && fault.type === undefined ? brokenEncoding : fault),
      ),
  ]
}

const brokenEncoding = new ApiFault(
  400,
  'encoding_broken',
  'The body cannot be unpacked as its content-encoding says. Send it again, or uncompressed.',
)

const requireJson: RequestHandler = (request, _response, next) => {
  if (isEmpty(request) || request.is('application/json')) return next()
  throw new ApiFault(415, 'not_json', 'Send the body as JSON, with content-type: application/json.')
}

/** Clients of Python and Node send `Content-Length: 0` where others send no length; `is` takes that for a body. */
function isEmpty(request: Request): boolean {
  return request.is('application/json') === null || Number(request.get('content-length')) === 0
}
