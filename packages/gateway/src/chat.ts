/**
 * What happens to one chat call, top to bottom. Each line of `chat` is a stage; a stage that says no throws, and the
 * error is answered in one place. The record is written once, whatever happened.
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

/** What a call works with: what lives as long as the process, and what came of the config at its arrival. */
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
    // A key is known at once; only a token may have to wait.
    call.identity = identity instanceof Promise ? await identity : identity
    call.tags = toBookedTags(call.tags, call.identity.tags)
    const asked = await readChatRequest(request, parts.config.bodyBytesMax, endpoint)
    call.asked = asked
    call.tags = toBookedTags(asked.tags, call.identity.tags)
    call.workFromMs = parts.clock.monotonicMs()
    parts.admission.permit(call.identity, asked.model)
    const { id, tenant, tags } = call.identity
    call.route = parts.resolve({
      model: asked.model,
      isStream: asked.isStream,
      context: () => toCallContext(asked, request.headers, { id, tenant, tags }),
    })
    call.limit(call.route.totalMs)
    call.guardrails = parts.guardrails.of(call.route, endpoint)
    const { request: requestGuard } = call.guardrails
    // From here on the request is as its guardrails let it pass.
    if (requestGuard) call.asked = await guardRequest(asked, requestGuard, call.signal)
    const cache = parts.cache.look(call)
    // The last no that costs nothing: from here on budgets and limits hold something for this call.
    // What is free needs no budget.
    if (!cache.found && !endpoints[endpoint].isFree) parts.budgets.reserve(call)
    parts.admission.admit(call)
    // A call that was refused has met no cache.
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
      // Behind the request itself, which goes out in this turn's immediates.
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
  // In the next tick the last bytes are on their way: the books do not delay them.
  process.nextTick(settle, parts, call, outcome, endedAtMs)
}

/** Whatever fails here fails for this call alone. */
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
      'a call could not be settled, by a fault of the gateway',
    )
  }
  parts.running.delete(call)
}

/** All but the sending is done. The call's time counts from its start signal; the work before that is no part of it. */
async function begin(call: Call, { totalMs }: CallRoute, start: StartSignal, clock: Clock): Promise<void> {
  call.ownMs.request = clock.monotonicMs() - call.workFromMs
  await start.wait()
  call.workFromMs = clock.monotonicMs()
  call.arrivedAtMs = call.workFromMs
  call.limit(totalMs)
}

/** An error inside a stream has passed to the caller as it came, and is still no success. */
function toOutcome({ facts, response }: Call): Outcome {
  return facts.error === null
    ? { kind: 'ok' }
    : { kind: 'failed', code: 'stream_error', status: response.statusCode }
}

/** Whoever cannot be told why, is told that it is over: a call that never ends would hold up whoever stops the gateway. */
async function fail(parts: ChatParts, call: Call, reason: unknown): Promise<Outcome> {
  try {
    // It may be long until its signal comes, only to be refused.
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
