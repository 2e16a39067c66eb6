/**
 * What happens to one chat call, top to bottom. Each line of `chat` is a stage; a stage that says no throws, and the
 * error is answered in one place. The record is written once, whatever happened.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import { answerError } from './answer-error.ts'
import { type Attempt, type Call, openCall, toAnswerHeaders } from './call.ts'
import { readChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import type { Endpoint } from './endpoints.ts'
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
import { speak } from './upstream/speak.ts'
import type { Target } from './upstream/target.ts'

/** What a call works with; put together once, in `gateway.ts`. */
export interface ChatParts {
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
  endpoint: Endpoint = 'chat/completions',
): Promise<void> {
  const call = openCall(parts.clock, request, response)
  parts.ledger.open()
  let outcome: Outcome
  try {
    call.asked = await readChatRequest(request, parts.bodyBytesMax, endpoint)
    const readAtMs = parts.clock.monotonicMs()
    // Who calls, and what they may (keys, limits, budgets), is asked here: before anything costs money.
    call.target = resolve(parts.catalogue, call.asked.model)
    call.limit(call.target.timeouts.totalMs)
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
    parts.ledger.settle(toRecord(call, outcome, parts.cost, endedAtMs))
  })
}

/** Sends the request to one target; throws `ProviderError` when the provider refuses it. */
async function attempt(parts: ChatParts, call: Call, target: Target, readAtMs: number): Promise<Answer> {
  const asked = call.asked!
  const speech = speak(target, asked, {
    completionId: `chatcmpl-${call.id}`,
    clock: parts.clock,
    onWorked(ms) {
      call.ownMs.response += ms
    },
  })
  const startedAtMs = parts.clock.monotonicMs()
  const current: Attempt = { target, startedAtMs, endedAtMs: null, status: null, outcome: 'ok' }
  call.attempts.push(current)
  const opening = openAttempt(parts.dispatcher, {
    target: speech.target,
    body: speech.body,
    headers: toUpstreamHeaders(call.request.headers),
    isStream: asked.isStream,
    signal: call.signal,
  })
  call.ownMs.request = parts.clock.monotonicMs() - readAtMs
  const answer = await opening
  current.status = answer.status
  if (answer.status >= 200 && answer.status <= 299) return speech.read(answer)
  const refusal = { status: answer.status, headers: answer.headers, body: await readRefusal(answer) }
  throw speech.refuse(refusal)
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
