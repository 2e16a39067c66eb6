/** One call while it runs: all that is known of it so far, for the answer's headers, the report and the record. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Identity } from './admission/identity.ts'
import type { Reservation } from './admission/limiter.ts'
import type { Placed } from './bag.ts'
import type { BudgetReservation } from './budgets/budgets.ts'
import { type CacheLook, noCache } from './cache/cache.ts'
import type { Attempt } from './call-target.ts'
import type { ChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import { shortenName } from './dialects/provider-words.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { callerLeft, GatewayError } from './errors.ts'
import { type CallGuardrails, noGuardrails } from './guardrails/guardrails.ts'
import { toHeaderText } from './header-text.ts'
import { type AnswerFacts, createFacts } from './relay/watch.ts'
import { createRequestId, tellRequestId } from './request-id.ts'
import { createStartSignal, type StartSignal } from './start-signal.ts'
import { createStop, type StopSignal } from './stop.ts'
import type { Tags } from './tags.ts'
import type { CallTrace } from './tracing/tracing.ts'
import type { Target } from './upstream/target.ts'
import type { CallRoute } from './upstream/try-targets.ts'

export interface Call extends Placed {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly endpoint: Endpoint
  /** When its request arrived, or its start signal if it has one; on the monotonic clock. */
  arrivedAtMs: number
  /** When its request arrived, by date. It is booked under this: budgets reserve for it before its start signal. */
  readonly arrivedAtDateMs: number
  /** null: it starts when its request arrives. */
  readonly start: StartSignal | null
  /** Aborted, with the reason, when the caller leaves or the call's time is over. */
  readonly signal: StopSignal
  /** null until the caller is identified. */
  identity: Identity | null
  asked: ChatRequest | null
  /** What it is booked under besides its caller. */
  tags: Tags
  /** Where it can go; null until its model is known. */
  route: CallRoute | null
  /** What is reserved for it in its limits. */
  reservation: Reservation | null
  /** What is reserved for it in its budgets. */
  budget: BudgetReservation | null
  guardrails: CallGuardrails
  cache: CacheLook
  /** null when it is not traced. */
  trace: CallTrace | null
  /** The target of the last attempt, or of the cached answer. */
  target: Pick<Target, 'name' | 'provider' | 'upstreamModel'> | null
  attempts: Attempt[]
  /** Those of the attempt that runs or ran last. */
  facts: AnswerFacts
  /** The gateway's own work in milliseconds: before the request was sent, and on the answer. */
  ownMs: { request: number; response: number }
  /** Since when the gateway works on the request, on the monotonic clock. */
  workFromMs: number
  /** When it must be over, on the monotonic clock; `Infinity` until `limit` is called. */
  deadlineAtMs: number
  /** Limits the time of the whole call, from its arrival, with all its attempts and waits. */
  limit(totalMs: number): void
  /** Ends it with this error. */
  end(error: Error): void
  /** Closes it, and stops whatever still runs for it. */
  close(): void
}

export function openCall(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: Endpoint,
): Call {
  const arrivedAtDateMs = clock.date().getTime()
  const controller = createStop()
  const { signal } = controller
  let timer: NodeJS.Timeout | undefined
  const onClose = () => controller.abort(callerLeft)
  response.on('close', onClose)
  const call: Call = {
    id: createRequestId(arrivedAtDateMs),
    request,
    response,
    endpoint,
    arrivedAtMs: clock.monotonicMs(),
    arrivedAtDateMs,
    start: createStartSignal(request, response, signal),
    signal,
    identity: null,
    asked: null,
    tags: {},
    route: null,
    reservation: null,
    guardrails: noGuardrails,
    cache: noCache,
    trace: null,
    budget: null,
    place: -1,
    target: null,
    attempts: [],
    facts: createFacts(),
    ownMs: { request: 0, response: 0 },
    workFromMs: 0,
    deadlineAtMs: Number.POSITIVE_INFINITY,
    limit(totalMs) {
      const message = `The call took longer than ${totalMs} ms, which is timeouts.totalMs in gateway.yaml.`
      call.deadlineAtMs = call.arrivedAtMs + totalMs
      const restMs = Math.max(1, call.deadlineAtMs - clock.monotonicMs())
      clearTimeout(timer)
      timer = setTimeout(() => controller.abort(new GatewayError('total_timeout', message)), restMs)
    },
    end: (error) => controller.abort(error),
    close() {
      clearTimeout(timer)
      response.off('close', onClose)
      // An attempt whose answer was not read to its end must not go on.
      controller.abort(callerLeft)
    },
  }
  return call
}

/** Adds the headers that every answer has, good or bad, to those that are passed on from the provider. */
export function toAnswerHeaders(call: Call, headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  const { target, facts, reservation, cache, budget } = call
  tellRequestId(headers, call.id, endpoints[call.endpoint].dialect)
  if (reservation) Object.assign(headers, reservation.headers())
  if (cache.outcome) headers['x-gateway-cache'] = cache.outcome
  if (budget) Object.assign(headers, budget.headers)
  if (target) {
    headers['x-gateway-target'] = toHeaderText(shortenName(target.name))
    headers['x-gateway-provider'] = target.provider
    headers['x-gateway-model'] = toHeaderText(shortenName(facts.model ?? target.upstreamModel))
    headers['x-gateway-attempts'] = String(call.attempts.length)
  }
  return headers
}
