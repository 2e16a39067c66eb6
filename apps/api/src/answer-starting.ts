/**
 * What the app answers while it has its port but is not ready yet: it first puts the history in order, which takes a
 * moment after a crash.
 */
import type { RequestListener } from 'node:http'
import type { ApiError } from '@drag-race/contracts'

const message = 'The app is starting. Try again in a second.'

export const answerStarting: RequestListener = (request, response) => {
  response.statusCode = 503
  response.setHeader('retry-after', '1').setHeader('cache-control', 'no-store')
  if (!request.url?.startsWith('/api/')) return void response.end(`${message}\n`)
  const body: ApiError = { error: { code: 'starting', message } }
  response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(body))
}
