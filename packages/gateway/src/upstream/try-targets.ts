/**
 * The attempts of one call: at one target after the other until an answer has begun, or nothing is left to try.
 *
 * Nothing is retried once something was sent to the caller. A wait that would last beyond the call's deadline is not
 * begun: the caller gets the provider's refusal, with its hint when to try again.
 */
import type { Retry } from '../config/policies.ts'
import { GatewayError, ProviderError } from '../errors.ts'
import type { StopSignal } from '../stop.ts'
import { backoffMs } from './backoff.ts'
import { toHealth } from './health.ts'
import type { Target } from './target.ts'
import type { Admission, TargetState, TargetStates } from './target-states.ts'
import type { Wait } from './wait.ts'
import { whatNext } from './what-next.ts'

/** Where a call can go, worked out before the first attempt. */
export interface CallRoute {
  /** The model's name, also where the caller gave an alias. */
  name: string
  /** In the order in which they are tried; at least one. */
  targets: readonly Target[]
  /** The targets for a request that is too long for another target's context. */
  contextLengthFallbacks: readonly Target[]
  retry: Retry
  isBreakerHeeded: boolean
  isStream: boolean
  /** The time that the whole call may take. */
  totalMs: number
}

export interface Tries {
  route: CallRoute
  states: TargetStates
  /** On the monotonic clock. */
  deadlineAtMs: number
  signal: StopSignal
  nowMs(): number
  /** In [0, 1). */
  random(): number
  wait: Wait
  /** Resolves when the answer was passed on, to the error inside it if there is one; throws what else went wrong. */
  attempt(attempt: Try): Promise<Error | null>
  /** Was something sent to the caller? */
  hasBegun(): boolean
}

export interface Try {
  target: Target
  /** How long the call waited before this attempt. */
  waitMs: number
  /** The answer began `ms` after the attempt did. */
  noteBegun(ms: number): void
  /** Will the call be tried again after this failure? The relay asks before it passes an error event on as it came. */
  mayGoElsewhere(error: Error): boolean
}

/** Throws the error that the caller gets. */
export async function tryTargets(tries: Tries): Promise<void> {
  const trip: Trip = {
    tries,
    left: [...tries.route.targets],
    tried: new Set(),
    failure: null,
    notCarried: [],
    resting: [],
  }
  let step = toNextTarget(trip)
  while (step.kind === 'go') {
    const here: Go = step
    let next: Step | null = null
    const decide = (error: unknown): Step => {
      next ??= afterFailure(trip, here, error)
      return next
    }
    try {
      if (here.waitMs > 0) await tries.wait(here.waitMs, tries.signal)
      const told = await tries.attempt({
        target: here.target,
        waitMs: here.waitMs,
        noteBegun: here.admission.noteBegun,
        mayGoElsewhere: (error) => decide(error).kind === 'go',
      })
      if (told === null) here.admission.settle('success')
      // It has reached the caller, so nothing is left to try; what it says of the target's health counts.
      else decide(told)
      return
    } catch (error) {
      step = decide(error)
    }
  }
  throw step.error
}

interface Trip {
  tries: Tries
  left: Target[]
  tried: Set<string>
  /** What the caller is told when no target is left. */
  failure: { error: unknown } | null
  /** Why the request could not be sent to some of those tried. */
  notCarried: unknown[]
  /** Skipped, because their breakers did not let the call through. */
  resting: Target[]
}

type Step = Go | { kind: 'stop'; error: unknown }

interface Go {
  kind: 'go'
  target: Target
  state: TargetState
  admission: Admission
  /** The number of the try at this target, from 1. */
  tryNumber: number
  waitMs: number
}

function afterFailure(trip: Trip, here: Go, error: unknown): Step {
  const { countRateLimits } = here.target.circuitBreaker
  here.admission.settle(toHealth(error, { countRateLimits, isFirst: trip.failure === null }))
  if (trip.tries.hasBegun()) return { kind: 'stop', error }

  const next = whatNext(error)
  if (next === 'as if not there') {
    trip.notCarried.push(error)
    return toNextTarget(trip)
  }
  if (next === 'same target' || next === 'next target') here.admission.noteNoToken()
  const isFallback = trip.tried.size - trip.notCarried.length > 1
  // A request that only a later target refuses is not the caller's fault: the first failure tells more.
  if (trip.failure === null || next === 'same target') trip.failure = { error }
  switch (next) {
    case 'same target':
      return toSameTarget(trip, here, error) ?? toNextTarget(trip)
    case 'next target':
      return toNextTarget(trip)
    case 'context fallback':
      if (trip.tries.route.contextLengthFallbacks.length > 0) return toLongerContext(trip)
      return isFallback ? toNextTarget(trip) : { kind: 'stop', error }
    case 'give up':
      return isFallback && isPlainRefusal(error) ? toNextTarget(trip) : { kind: 'stop', error }
  }
}

/** null: no further try at this target. */
function toSameTarget({ tries, left }: Trip, here: Go, error: unknown): Step | null {
  const { target, state, tryNumber } = here
  const { retry } = tries.route
  if (tryNumber >= retry.attempts) return null
  const askedMs = error instanceof GatewayError ? error.retryAfterMs : null
  if (askedMs !== null && askedMs > retry.maxBackoffMs && left.length > 0) return null
  // A hint of 0 is not followed: many callers that came back at once would come back together.
  const waitMs = askedMs || backoffMs(tryNumber, retry, tries.random())
  if (tries.nowMs() + waitMs >= tries.deadlineAtMs) return null
  if (!state.retries.take(tries.nowMs())) return null
  const admission = state.admit(tries.route)
  return admission && { kind: 'go', target, state, admission, tryNumber: tryNumber + 1, waitMs }
}

/** The first of the remaining targets whose breaker lets the call through. */
function toNextTarget(trip: Trip): Step {
  const { tries, left, tried } = trip
  for (let target = left.shift(); target; target = left.shift()) {
    if (tried.has(target.name)) continue
    const state = tries.states.of(target)
    const admission = state.admit(tries.route)
    if (!admission) {
      trip.resting.push(target)
      continue
    }
    tried.add(target.name)
    state.retries.noteCall(tries.nowMs())
    return { kind: 'go', target, state, admission, tryNumber: 1, waitMs: 0 }
  }
  if (trip.failure) return { kind: 'stop', error: trip.failure.error }
  // A target whose breaker is open now might be able to take the request later.
  return { kind: 'stop', error: trip.resting.length > 0 ? allResting(trip) : trip.notCarried[0] }
}

/** The targets for requests that are too long replace the remaining ones. No target is tried a second time. */
function toLongerContext(trip: Trip): Step {
  trip.left = [...trip.tries.route.contextLengthFallbacks]
  return toNextTarget(trip)
}

/**
 * Did the provider refuse the request, for no reason that would hold at every target? What the gateway itself refuses,
 * such as an answer that a guardrail rejects, is not tried at another target.
 */
function isPlainRefusal(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.reason !== null) return false
  return error instanceof ProviderError || error.code === 'stream_error'
}

function allResting({ resting, tries: { states } }: Trip): GatewayError {
  const retryAfterMs = Math.min(...resting.map((target) => states.of(target).msUntilProbe()))
  const names = resting.map(({ name }) => JSON.stringify(name)).join(', ')
  return new GatewayError(
    'targets_resting',
    `The last calls to ${names} failed, and the next is not tried yet. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    { retryAfterMs },
  )
}
