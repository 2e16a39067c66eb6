/** How a provider can fail, and what the caller gets when another target answers. */
import { role, token } from './chunks.ts'
import { goodAnswer, goodCostUsd, isStreaming, type Told } from './two-targets.ts'
import { type Answering, json } from './upstream.ts'

export const refuse = (status: number, headers: Record<string, string> = {}, error: object = {}) =>
  json({ error: { message: `no (${status})`, type: 'server_error', code: null, ...error } }, status, headers)
export const reset: Answering = (response) => void response.destroy()
export const silent: Answering = () => {}

/** Sends twenty tokens and goes on with `then`. A call that does not stream gets half a body. */
export const twenty =
  (then: Answering): Answering =>
  (response, request) => {
    response.writeHead(200, {
      'content-type': isStreaming(request) ? 'text/event-stream' : 'application/json',
    })
    const tokens = Array.from({ length: 20 }, (_, index) => token(` t${index}`)).join('')
    response.write(isStreaming(request) ? role + tokens : '{"choices":[{"message":{"content":"half', () =>
      then(response, request),
    )
  }

export const outcomes = ({ attempts }: Told) => attempts.map(({ model, outcome }) => `${model} ${outcome}`)

/** What the caller and the log get of a whole answer, from whichever target: this answer alone is counted. */
export const whole = {
  status: 200,
  answer: goodAnswer,
  error: null,
  log: { outcome: 'ok', inputTokens: 7, outputTokens: 3, costUsd: goodCostUsd },
}
