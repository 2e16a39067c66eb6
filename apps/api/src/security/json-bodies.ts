/** Bodies: JSON, and not too much of it. A form of another site's page cannot send that type. */
import express, { type RequestHandler } from 'express'
import { ApiFault } from '../api-fault.ts'

const bodyBytesMax = 1024 * 1024

export function jsonBodies(): RequestHandler[] {
  return [requireJson, express.json({ limit: bodyBytesMax, strict: true })]
}

const requireJson: RequestHandler = (request, _response, next) => {
  // null: there is no body.
  if (request.is('application/json') !== false) return next()
  throw new ApiFault(415, 'not_json', 'Send the body as JSON, with content-type: application/json.')
}
