/** Bodies: JSON, and not too much of it. A form of another site's page cannot send that type. */
import express, { type Request, type RequestHandler } from 'express'
import { ApiFault } from '../api-fault.ts'

const bodyBytesMax = 1024 * 1024

export function jsonBodies(): RequestHandler[] {
  return [requireJson, express.json({ limit: bodyBytesMax, strict: true })]
}

const requireJson: RequestHandler = (request, _response, next) => {
  if (isEmpty(request) || request.is('application/json')) return next()
  throw new ApiFault(415, 'not_json', 'Send the body as JSON, with content-type: application/json.')
}

/** Python's and Node's clients say `Content-Length: 0` where others say nothing; `is` takes the first for a body. */
function isEmpty(request: Request): boolean {
  return request.is('application/json') === null || Number(request.get('content-length')) === 0
}
