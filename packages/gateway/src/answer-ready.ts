import type { ServerResponse } from 'node:http'
import type { Readiness } from './drain.ts'
import { createRequestId } from './request-id.ts'

/** Alive and ready are two things: a gateway that drains is alive, but should get no more calls. */
export function answerReady({ whyNot }: Readiness, response: ServerResponse): void {
  const reason = whyNot()
  response.writeHead(reason === null ? 200 : 503, {
    'content-type': 'application/json',
    'x-gateway-request-id': createRequestId(),
  })
  response.end(JSON.stringify({ ready: reason === null, reasons: reason === null ? [] : [reason] }))
}
