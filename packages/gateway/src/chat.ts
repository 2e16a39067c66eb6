/**
 * What happens to one chat call, top to bottom. Each line of `chat` is a stage; a stage that says no throws, and the
 * error is answered in one place. The record is written once, whatever happened.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { Admission } from './admission/admission.ts'
import { answerError } from './answer-error.ts'
import { type Call, openCall, toAnswerHeaders } from './call.ts'
import { callTarget, toOutcomeCode } from './call-target.ts'
import { readChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import type { ErrorForm } from './error-form.ts'
import { CallerGone, GatewayError } from './errors.ts'
import type { CostTable } from './ledger/cost.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type Outcome, toRecord, toReport } from './ledger/record.ts'
import { toCallContext } from './routing/call-context.ts'
import type { Catalogue } from './routing/catalogue.ts'
import type { Resolve } from './routing/resolve.ts'
import type { TargetStates } from './upstream/target-states.ts'
import { tryTargets } from './upstream/try-targets.ts'
import type { Wait } from './upstream/wait.ts'

/** What a call works with; put together once, in `gateway.ts`. */
export interface ChatParts {
  admission: Admission
  catalogue: Catalogue
  resolve: Resolve
  states: TargetStates
  dispatcher: Dispatcher
  ledger: Ledger
  cost: CostTable
  clock: Clock
  /** In [0, 1). */
  random(): number
  wait: Wait
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
    call.identity = await parts.admission.identify(request)
    const asked = await readChatRequest(request, parts.bodyBytesMax, endpoint)
    call.asked = asked
    const readAtMs = parts.clock.monotonicMs()
    parts.admission.permit(call.identity, asked.model)
    const { id, tenant, tags } = call.identity
    call.route = parts.resolve(asked.model, () => toCallContext(asked, request.headers, { id, tenant, tags }))
    const deadlineAtMs = call.limit(call.route.totalMs)
    // The last no that costs nothing: from here on limits hold something for this call.
    parts.admission.admit(call)
    await tryTargets({
      route: call.route,
      states: parts.states,
      deadlineAtMs,
      signal: call.signal,
      nowMs: () => parts.clock.monotonicMs(),
      random: parts.random,
      wait: parts.wait,
      attempt: (to) => callTarget(parts, call, to, readAtMs),
      hasBegun: () => response.headersSent,
    })
    outcome = toOutcome(call)
  } catch (error) {
    outcome = answerFailure(parts, call, endpoints[endpoint].dialect, error)
  }
  const endedAtMs = parts.clock.monotonicMs()
  // In the next tick the last bytes are on their way: the books do not delay them.
  process.nextTick(() => {
    call.close()
    parts.admission.settle(call, outcome)
    parts.ledger.settle(toRecord(call, outcome, parts.cost, endedAtMs))
  })
}

/** An error inside a stream has passed to the caller as it came, and is still no success. */
function toOutcome({ facts, response }: Call): Outcome {
  return facts.error === null
    ? { kind: 'ok' }
    : { kind: 'failed', code: 'stream_error', status: response.statusCode }
}

function answerFailure(parts: ChatParts, call: Call, form: ErrorForm, reason: unknown): Outcome {
  if (reason instanceof CallerGone) {
    call.response.destroy()
    return { kind: 'caller-gone', why: reason.why }
  }
  const error = reason instanceof GatewayError ? reason : toInternalError(parts.log, call, reason)
  const report = call.asked?.wantsReport ? toReport(call, parts.cost, parts.clock.monotonicMs()) : null
  answerError(call.response, error, { form, requestId: call.id, headers: toAnswerHeaders(call), report })
  return { kind: 'failed', code: toOutcomeCode(error), status: error.status }
}

function toInternalError(log: Logger, call: Call, cause: unknown): GatewayError {
  log.error({ requestId: call.id, err: cause }, 'a call failed by a fault of the gateway')
  return new GatewayError(
    'internal_error',
    `The gateway failed. Its log has the reason under request id ${call.id}.`,
    { cause },
  )
}
