/**
 * What happens to one chat call, top to bottom. Each line of `chat` is a stage; a stage that says no throws, and the
 * error is answered in one place. The record is written once, whatever happened.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { Admission } from './admission/admission.ts'
import { answerError } from './answer-error.ts'
import { type Attempt, type Call, openCall, toAnswerHeaders } from './call.ts'
import { readChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import { toProviderError } from './dialects/openai/error-reader.ts'
import { toUpstreamBody } from './dialects/openai/request.ts'
import { CallerGone, GatewayError, ProviderError } from './errors.ts'
import type { CostTable } from './ledger/cost.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type Outcome, toRecord, toReport } from './ledger/record.ts'
import { relayAnswer } from './relay/relay-answer.ts'
import type { Catalogue } from './routing/catalogue.ts'
import { resolve } from './routing/resolve.ts'
import { type Answer, openAttempt } from './upstream/attempt.ts'
import { toUpstreamHeaders } from './upstream/headers.ts'
import { readAll } from './upstream/read-all.ts'
import type { Target } from './upstream/target.ts'

/** What a call works with; put together once, in `gateway.ts`. */
export interface ChatParts {
  admission: Admission
  catalogue: Catalogue
  dispatcher: Dispatcher
  ledger: Ledger
  cost: CostTable
  clock: Clock
  log: Logger
  bodyBytesMax: number
}

/** Never rejects. */
export async function chat(
  parts: ChatParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = openCall(parts.clock, request, response)
  parts.ledger.open()
  let outcome: Outcome
  try {
    call.identity = await parts.admission.identify(request)
    call.asked = await readChatRequest(request, parts.bodyBytesMax)
    const readAtMs = parts.clock.monotonicMs()
    parts.admission.permit(call.identity, call.asked.model)
    call.target = resolve(parts.catalogue, call.asked.model)
    call.limit(call.target.timeouts.totalMs)
    // The last no that costs nothing: from here on limits hold something for this call.
    parts.admission.admit(call)
    // Retries, fallback and the breaker go round this line: nothing has been promised to the caller yet.
    const answer = await attempt(parts, call, call.target, readAtMs)
    await relayAnswer(answer, call, parts.clock, () => toReport(call, parts.cost, parts.clock.monotonicMs()))
    outcome = toOutcome(call)
  } catch (error) {
    outcome = answerFailure(parts, call, error)
  }
  closeAttempt(call, outcome, parts.clock.monotonicMs())
  const endedAtMs = parts.clock.monotonicMs()
  // In the next tick the last bytes are on their way: the books do not delay them.
  process.nextTick(() => {
    call.close()
    parts.admission.settle(call, outcome)
    parts.ledger.settle(toRecord(call, outcome, parts.cost, endedAtMs))
  })
}

/** Sends the request to one target; throws `ProviderError` when the provider refuses it. */
async function attempt(parts: ChatParts, call: Call, target: Target, readAtMs: number): Promise<Answer> {
  const asked = call.asked!
  const body = toUpstreamBody(asked, target)
  const startedAtMs = parts.clock.monotonicMs()
  const current: Attempt = { target, startedAtMs, endedAtMs: null, status: null, outcome: 'ok' }
  call.attempts.push(current)
  const opening = openAttempt(parts.dispatcher, {
    target,
    body,
    headers: toUpstreamHeaders(call.request.headers),
    isStream: asked.isStream,
    signal: call.signal,
  })
  call.ownMs.request = parts.clock.monotonicMs() - readAtMs
  const answer = await opening
  current.status = answer.status
  if (answer.status >= 200 && answer.status <= 299) return answer
  const refusal = { status: answer.status, headers: answer.headers, body: await readRefusal(answer) }
  throw toProviderError(refusal, target)
}

/** As much of an error body as anybody reads. */
const refusalBytesMax = 256 * 1024

async function readRefusal({ body }: Answer): Promise<Buffer> {
  const { bytes } = await readAll(body, refusalBytesMax)
  return bytes
}

/** An error inside a stream has passed to the caller as it came, and is still no success. */
function toOutcome({ facts, response }: Call): Outcome {
  return facts.error === null
    ? { kind: 'ok' }
    : { kind: 'failed', code: 'stream_error', status: response.statusCode }
}

function answerFailure(parts: ChatParts, call: Call, reason: unknown): Outcome {
  if (reason instanceof CallerGone) {
    call.response.destroy()
    return { kind: 'caller-gone', why: reason.why }
  }
  const error = reason instanceof GatewayError ? reason : toInternalError(parts.log, call, reason)
  const code = error instanceof ProviderError ? `http_${error.status}` : error.code
  const outcome: Outcome = { kind: 'failed', code, status: error.status }
  // Before the report, which tells how the attempt ended.
  closeAttempt(call, outcome, parts.clock.monotonicMs())
  const report = call.asked?.wantsReport ? toReport(call, parts.cost, parts.clock.monotonicMs()) : null
  answerError(call.response, error, { headers: toAnswerHeaders(call), report })
  return outcome
}

function closeAttempt({ attempts }: Call, outcome: Outcome, nowMs: number) {
  const last = attempts.at(-1)
  if (!last || last.endedAtMs !== null) return
  last.endedAtMs = nowMs
  last.outcome = outcome.kind === 'failed' ? outcome.code : outcome.kind
}

function toInternalError(log: Logger, call: Call, cause: unknown): GatewayError {
  log.error({ requestId: call.id, err: cause }, 'a call failed by a fault of the gateway')
  return new GatewayError(
    'internal_error',
    `The gateway failed. Its log has the reason under request id ${call.id}.`,
    { cause },
  )
}
