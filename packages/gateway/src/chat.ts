/**
 * What happens to one call, from top to bottom. Each line of `chat` is a stage. A stage that refuses the call throws,
 * and the error is answered in one place. The record is written once, whatever happened.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerError } from './answer-error.ts'
import { answerFromCache } from './cache/answer-from-cache.ts'
import { type Call, openCall, toAnswerHeaders } from './call.ts'
import { callTarget, toOutcomeCode } from './call-target.ts'
import { readChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import type { Engine } from './engine.ts'
import { toErrorForm } from './error-form.ts'
import { CallerGone, GatewayError } from './errors.ts'
import { guardRequest } from './guardrails/guard-request.ts'
import { toEndedAtMs } from './ledger/ended-at.ts'
import { type Outcome, toRecord, toReport } from './ledger/record.ts'
import { toInternalError } from './refuse.ts'
import { toCallContext } from './routing/call-context.ts'
import type { Setup } from './setup.ts'
import type { StartSignal } from './start-signal.ts'
import { toBookedTags } from './tags.ts'
import { type CallRoute, tryTargets } from './upstream/try-targets.ts'

/** What a call works with: the engine, which lives as long as the process, and the setup at the call's arrival. */
export interface ChatParts extends Engine, Setup {}

/** Never rejects. */
export async function chat(
  parts: ChatParts,
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: Endpoint,
): Promise<void> {
  const call = openCall(parts.clock, request, response, endpoint)
  parts.ledger.open()
  parts.running.add(call)
  let outcome: Outcome
  try {
    call.trace = parts.tracing?.begin(call, endpoints[endpoint].operation) ?? null
    const identity = parts.admission.identify(request)
    // Only a token is checked asynchronously; a key is looked up at once.
    call.identity = identity instanceof Promise ? await identity : identity
    call.tags = toBookedTags(call.tags, call.identity.tags)
    const asked = await readChatRequest(request, parts.config.bodyBytesMax, endpoint)
    call.asked = asked
    call.tags = toBookedTags(asked.tags, call.identity.tags)
    call.workFromMs = parts.clock.monotonicMs()
    parts.admission.permit(call.identity, asked.model, parts.catalogue.nameOf(asked.model))
    const { id, tenant, tags } = call.identity
    call.route = parts.resolve({
      model: asked.model,
      isStream: asked.isStream,
      context: () => toCallContext(asked, request.headers, { id, tenant, tags }),
    })
    call.limit(call.route.totalMs)
    call.guardrails = parts.guardrails.of(call.route, endpoint)
    const { request: requestGuard } = call.guardrails
    // From here on the request is masked by its guardrails.
    if (requestGuard) call.asked = await guardRequest(asked, requestGuard, call.signal)
    const cache = parts.cache.look(call)
    // From here on budgets and limits reserve something for this call. What costs nothing needs no budget.
    if (!cache.found && !endpoints[endpoint].isFree) parts.budgets.reserve(call)
    parts.admission.admit(call)
    // Set only now: a refused call must not report a cache hit or miss.
    call.cache = cache
    if (call.start) await begin(call, call.route, call.start, parts.clock)
    if (call.cache.found) await answerFromCache(parts, call, call.cache.found)
    else {
      const tried = tryTargets({
        route: call.route,
        states: parts.states,
        deadlineAtMs: call.deadlineAtMs,
        signal: call.signal,
        nowMs: () => parts.clock.monotonicMs(),
        random: parts.random,
        wait: parts.wait,
        attempt: (to) => callTarget(parts, call, to),
        hasBegun: () => response.headersSent,
      })
      // After the request itself, which is sent in this turn's immediates.
      setImmediate(() => {
        parts.budgets.hold(call)
        call.reservation?.headers()
      })
      await tried
    }
    outcome = toOutcome(call)
  } catch (error) {
    outcome = await fail(parts, call, error)
  }
  const endedAtMs = toEndedAtMs(call.facts, outcome.kind === 'ok', parts.clock)
  // In the next tick the last bytes have been sent, so the books do not delay them.
  process.nextTick(settle, parts, call, outcome, endedAtMs)
}

/** An error here concerns this call alone. */
function settle(parts: ChatParts, call: Call, outcome: Outcome, endedAtMs: number): void {
  try {
    call.close()
    parts.admission.settle(call)
    const record = toRecord(call, outcome, parts.cost, endedAtMs)
    parts.budgets.settle(call, record)
    parts.ledger.settle(record)
    call.trace?.end(record, endedAtMs)
  } catch (error) {
    parts.log.error(
      { requestId: call.id, err: error },
      'a call could not be settled because of an error in the gateway',
    )
  }
  parts.running.delete(call)
}

/** Waits for the start signal. The call's time counts from the signal; the work before is not part of it. */
async function begin(call: Call, { totalMs }: CallRoute, start: StartSignal, clock: Clock): Promise<void> {
  call.ownMs.request = clock.monotonicMs() - call.workFromMs
  await start.wait()
  call.workFromMs = clock.monotonicMs()
  call.arrivedAtMs = call.workFromMs
  call.limit(totalMs)
}

/** An error inside a stream was passed on to the caller as it came, but the call still failed. */
function toOutcome({ facts, response }: Call): Outcome {
  return facts.error === null
    ? { kind: 'ok' }
    : { kind: 'failed', code: 'stream_error', status: response.statusCode }
}

/** Answers with the error, or closes the connection if that fails: a call that never ends would hold up the drain. */
async function fail(parts: ChatParts, call: Call, reason: unknown): Promise<Outcome> {
  try {
    // Given back before the wait: the start signal of a refused call can be long in coming.
    if (call.attempts.length === 0) parts.budgets.giveBack(call)
    await call.start?.over()
    return answerFailure(parts, call, reason)
  } catch (error) {
    const { status, code } = toInternalError(parts.log, call.id, error)
    call.response.destroy()
    return { kind: 'failed', code, status }
  }
}

function answerFailure(parts: ChatParts, call: Call, reason: unknown): Outcome {
  if (reason instanceof CallerGone) {
    call.response.destroy()
    return { kind: reason.code }
  }
  const error = reason instanceof GatewayError ? reason : toInternalError(parts.log, call.id, reason)
  const report = call.asked?.wantsReport ? toReport(call, parts.cost, parts.clock.monotonicMs()) : null
  answerError(call.response, error, {
    form: toErrorForm(call.endpoint),
    requestId: call.id,
    headers: toAnswerHeaders(call),
    // A stream's events are numbered from 0.
    eventNumber: call.facts.chunks,
    report,
  })
  return { kind: 'failed', code: toOutcomeCode(error), status: error.status }
}
