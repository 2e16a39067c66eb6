/** One chat call while it runs: what is known of it so far, for the answer's headers, the report and the record. */
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
  /** With a start signal, when that came. */
  arrivedAtMs: number
  /** When its request came, on the wall clock. Budgets hold for the call before its start signal, so it is booked under this. */
  readonly arrivedAtDateMs: number
  /** null: it starts when it comes. */
  readonly start: StartSignal | null
  /** Aborted with the reason when the caller leaves or the call's time is over. */
  readonly signal: StopSignal
  /** Who calls; null until it is known. */
  identity: Identity | null
  asked: ChatRequest | null
  /** What it is booked on besides its caller. */
  tags: Tags
  /** Where it may go; null until its model is known. */
  route: CallRoute | null
  /** What its limits hold for it. */
  reservation: Reservation | null
  /** What its budgets hold for it. */
  budget: BudgetReservation | null
  guardrails: CallGuardrails
  cache: CacheLook
  /** null where nobody follows it. */
  trace: CallTrace | null
  /** Where it went last, or where the answer from the cache once came from. */
  target: Pick<Target, 'name' | 'provider' | 'upstreamModel'> | null
  attempts: Attempt[]
  /** Of the attempt that runs, or ran last. */
  facts: AnswerFacts
  /** The gateway's own work in milliseconds: before the request went up, and on what came back. */
  ownMs: { request: number; response: number }
  /** Since when the gateway works on the request that it sends up, on the monotonic clock. */
  workFromMs: number
  /** When it must be over, on the monotonic clock; never, before it is limited. */
  deadlineAtMs: number
  /** Bounds the whole call, from its arrival, with all its attempts and waits. */
  limit(totalMs: number): void
  /** It ends with this error. */
  end(error: Error): void
  /** It is over, and with it whatever still runs for it. */
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
      // An attempt whose answer nobody read to its end must not go on.
      controller.abort(callerLeft)
    },
  }
  return call
}

/** On every answer, good or bad: added to what passes of the provider's. */
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
