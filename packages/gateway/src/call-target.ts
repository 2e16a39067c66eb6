/** One attempt of a call at one target: sends the request, passes on the answer, and notes how it ended. */
import { readUsage, type Usage } from '@drag-race/contracts'
import type { Call } from './call.ts'
import type { ChatParts } from './chat.ts'
import { shortenMessage } from './dialects/provider-words.ts'
import { endpoints } from './endpoints.ts'
import { CallerGone, GatewayError, isCallerEnd, ProviderError } from './errors.ts'
import { guardAnswer } from './guardrails/guard-answer.ts'
import { toAttemptUsage } from './ledger/attempt-usage.ts'
import { toEndedAtMs } from './ledger/ended-at.ts'
import { toReport } from './ledger/record.ts'
import { relayAnswer, toAsChunk } from './relay/relay-answer.ts'
import { toToldFailure } from './relay/told-failure.ts'
import { type AnswerFacts, createFacts, hasBegun, noteChunk } from './relay/watch.ts'
import { type Answer, openAttempt } from './upstream/attempt.ts'
import { toUpstreamHeaders } from './upstream/headers.ts'
import { readAll } from './upstream/read-all.ts'
import { toRedirected } from './upstream/redirect.ts'
import { withoutSecrets } from './upstream/secrets.ts'
import { speak } from './upstream/speak.ts'
import { type Target, toTargetWords } from './upstream/target.ts'
import { withTrueForm } from './upstream/true-form.ts'
import type { Try } from './upstream/try-targets.ts'

export interface Attempt {
  target: Target
  /** How long the call waited before this attempt. */
  waitMs: number
  startedAtMs: number
  /** null while it runs. */
  endedAtMs: number | null
  /** The request is on a connection: if the caller leaves from now on, the provider may have read the prompt. */
  isSent: boolean
  /** HTTP status of the provider; null when no response came. */
  status: number | null
  /** `ok`, or the code of what went wrong. */
  outcome: string
  /** What is known of its answer so far. */
  facts: AnswerFacts
  /** The provider's count; estimated where an answer that must be paid for has none; null when nothing is known. */
  usage: Usage | null
  isBeginNoted: boolean
}

/** Throws when the answer is not whole, unless the provider told an error inside it that was passed on: this one is returned. */
export async function callTarget(parts: ChatParts, call: Call, to: Try): Promise<GatewayError | null> {
  const attempt = beginAttempt(parts, call, to)
  try {
    const opened = await openAnswer(parts, call, attempt)
    const answer = call.cache.listen(withGuardrails(parts, call, opened))
    await relayAnswer(answer, call, {
      clock: parts.clock,
      report() {
        // After an error in the stream, the report that is sent with it must say how the attempt ended.
        if (attempt.facts.error !== null) endAttempt(parts, call, attempt, 'stream_error')
        return toReport(call, parts.cost, parts.clock.monotonicMs())
      },
      onBegun() {
        // Free endpoints (token counts) are not answered by the model, so they do not tell how fast it is.
        if (endpoints[call.endpoint].isFree) return
        noteBegun(attempt, to, call.asked!.isStream ? null : parts.clock.monotonicMs())
      },
      mayGoElsewhere: to.mayGoElsewhere,
      secrets: to.target.secrets,
    })
    const { error } = attempt.facts
    endAttempt(parts, call, attempt, error === null ? 'ok' : 'stream_error')
    if (error !== null) return toToldFailure(toTargetWords(to.target), error)
    call.cache.keep()
    return null
  } catch (error) {
    endAttempt(parts, call, attempt, toOutcomeCode(error))
    // Its message can hold the provider's words. Secrets are removed before it is shortened, which could halve them.
    if (error instanceof GatewayError)
      error.message = shortenMessage(withoutSecrets(error.message, to.target.secrets))
    throw error
  }
}

/** One of a bounded set of codes, because it is a metric label. */
export function toOutcomeCode(error: unknown): string {
  if (error instanceof ProviderError) return `http_${error.status}`
  return error instanceof GatewayError || error instanceof CallerGone ? error.code : 'internal_error'
}

function beginAttempt(parts: ChatParts, call: Call, { target, waitMs }: Try): Attempt {
  const facts = createFacts()
  const attempt: Attempt = {
    target,
    waitMs,
    startedAtMs: parts.clock.monotonicMs(),
    endedAtMs: null,
    isSent: false,
    status: null,
    outcome: 'ok',
    facts,
    usage: null,
    isBeginNoted: false,
  }
  call.target = target
  call.facts = facts
  call.attempts.push(attempt)
  return attempt
}

/** `answeredAtMs`: when a whole answer was read, which need not hold a token; null for a stream. */
function noteBegun(attempt: Attempt, to: Try, answeredAtMs: number | null) {
  const begunAtMs = answeredAtMs ?? attempt.facts.firstTokenAtMs
  if (begunAtMs === null || attempt.isBeginNoted) return
  attempt.isBeginNoted = true
  to.noteBegun(begunAtMs - attempt.startedAtMs)
}

/** Throws `ProviderError` when the provider refuses. */
async function openAnswer(parts: ChatParts, call: Call, attempt: Attempt): Promise<Answer> {
  const { target } = attempt
  const asked = call.asked!
  const speech = speak(target, asked, {
    endpoint: call.endpoint,
    completionId: `chatcmpl-${call.id}`,
    clock: parts.clock,
    onCounted(usage) {
      attempt.facts.usageSoFar = readUsage(usage)
    },
    onOpened() {
      attempt.facts.isOpened = true
    },
    onWorked(ms) {
      call.ownMs.response += ms
    },
  })
  const opening = openAttempt(parts.connections.dispatcher, {
    target: speech.target,
    body: speech.body,
    headers: toUpstreamHeaders(call.request.headers, call.endpoint, call.trace?.attempt(attempt)),
    isStream: asked.isStream,
    signal: call.signal,
    onSent() {
      attempt.isSent = true
    },
  })
  // After an attempt that was sent, the gateway waited for a provider: its own work counts from this attempt's start.
  const isFirstSent = call.attempts.slice(0, -1).every(({ outcome }) => outcome === 'not_carried')
  const fromMs = isFirstSent ? call.workFromMs : attempt.startedAtMs
  call.ownMs.request += parts.clock.monotonicMs() - fromMs
  const answer = await opening
  attempt.status = answer.status
  if (answer.status >= 200 && answer.status <= 299)
    return speech.read(asked.isStream ? await withTrueForm(answer) : answer)
  const { bytes } = await readAll(answer.body, refusalBytesMax)
  if (answer.status <= 399) throw toRedirected(answer, speech.target)
  throw speech.refuse({ status: answer.status, headers: answer.headers, body: bytes })
}

function withGuardrails(parts: ChatParts, call: Call, answer: Answer): Answer {
  const guard = call.guardrails.answer
  if (!guard) return answer
  const { facts, target } = call
  const asChunk = toAsChunk(call)
  const { isStream } = call.asked!
  return guardAnswer(answer, {
    guard,
    provider: toTargetWords(target!),
    isStream,
    choices: toChoices(call.asked!.json.n),
    nowMs: () => parts.clock.monotonicMs(),
    onWorked(ms) {
      call.ownMs.response += ms
    },
    onRejected: (raw) => void noteChunk(facts, asChunk(raw), parts.clock.monotonicMs(), !isStream),
  })
}

function toChoices(n: unknown): number {
  return typeof n === 'number' ? n : 1
}

/** How much of an error body is read. */
const refusalBytesMax = 256 * 1024

function endAttempt(parts: ChatParts, call: Call, attempt: Attempt, outcome: string) {
  const { facts } = attempt
  attempt.endedAtMs = toEndedAtMs(facts, outcome === 'ok', parts.clock)
  attempt.outcome = outcome
  // The provider has read the prompt if it counted it, or if it was sent before the caller left, even if no token came.
  const isRead = (isCallerEnd(outcome) && attempt.isSent) || facts.usageSoFar !== null
  const isPaidFor = outcome === 'ok' || isRead || hasBegun(facts)
  attempt.usage = isPaidFor ? toAttemptUsage(call, facts) : facts.usage
}
