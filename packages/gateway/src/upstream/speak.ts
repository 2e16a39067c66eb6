/**
 * A target's dialect: the request is put into it, and the answer or the refusal is put into OpenAI's form.
 *
 * All that comes after this (relay, watch, report, metrics) therefore knows one form only. Where the target has it
 * already, the answer is passed on byte for byte; for the others the maps of their dialect are used.
 */
import type { ChatRequest } from '../chat-request.ts'
import type { Clock } from '../clock.ts'
import {
  anthropic,
  bedrock,
  type ChatUsage,
  type Dialect,
  DialectError,
  gemini,
  signRequest,
  type UpstreamRequest,
} from '../dialects/index.ts'
import { type Refusal, toProviderError } from '../dialects/openai/error-reader.ts'
import { toUpstreamBody } from '../dialects/openai/request.ts'
import { shortenMessage } from '../dialects/provider-words.ts'
import { parseJson, record } from '../dialects/read-json.ts'
import { joinPath } from '../dialects/upstream-url.ts'
import { type Endpoint, endpoints } from '../endpoints.ts'
import { GatewayError, type ProviderError } from '../errors.ts'
import type { Answer } from './attempt.ts'
import { type Provider, providers } from './providers.ts'
import { withoutSecrets } from './secrets.ts'
import { type Target, toTargetWords } from './target.ts'
import { translateAnswer } from './translate-answer.ts'

export interface Speech {
  /** With the path and the headers of this very request. */
  target: Target
  body: Uint8Array
  /** Puts a successful answer into OpenAI's form. */
  read(answer: Answer): Answer
  refuse(refusal: Refusal): ProviderError
}

export interface SpeechContext {
  endpoint: Endpoint
  /** The id of a completion whose provider gives it none. */
  completionId: string
  clock: Clock
  /** Tokens that were counted before the answer was whole. */
  onCounted(usage: ChatUsage): void
  /** A part of the answer begins; it can be reasoning that is not shown. */
  onOpened(): void
  /** The time that the translation of one read took. */
  onWorked(ms: number): void
}

/** Throws `not_carried`, naming the member, when this target's dialect has no place for a part of the request. */
export function speak(target: Target, asked: ChatRequest, context: SpeechContext): Speech {
  const dialect = dialects[target.dialect]
  if (context.endpoint !== 'chat/completions') return passThrough(target, asked, context.endpoint)
  checkHasChat(target)
  if (dialect) return translate(dialect, target, asked, context)
  return asItIs(target, asked)
}

function checkHasChat(target: Target) {
  const { hasChat, baseUrl }: Provider = providers[target.provider]
  if (hasChat !== false || target.baseUrl !== baseUrl) return
  throw new GatewayError(
    'not_carried',
    `${toTargetWords(target)} has no chat completions any more: use /v1/responses, or name another model.`,
  )
}

const dialects: Record<Target['dialect'], Dialect | null> = { openai: null, anthropic, gemini, bedrock }

function asItIs(target: Target, asked: ChatRequest): Speech {
  return {
    target,
    body: toUpstreamBody(asked, target),
    read: (answer) => answer,
    refuse: (refusal) => toProviderError(refusal, target),
  }
}

/** For endpoints other than chat: nothing is translated, so the target must speak the endpoint's dialect. */
function passThrough(target: Target, asked: ChatRequest, endpoint: Endpoint): Speech {
  const { dialect, hasUsageChunk, operation } = endpoints[endpoint]
  if (target.dialect !== dialect) {
    const canBeChat = operation === 'chat' || operation === 'text_completion'
    throw new GatewayError(
      'not_carried',
      `/v1/${endpoint} is passed through only to models that speak ${dialect}'s dialect, and ${toTargetWords(target)} does not: ${canBeChat ? 'use /v1/chat/completions, or ' : ''}name another model.`,
    )
  }
  return asItIs(
    {
      ...target,
      path: joinPath(target.baseUrl, `/${endpoint}`),
      isUsageAskedFor: target.isUsageAskedFor && hasUsageChunk,
    },
    asked,
  )
}

function translate(dialect: Dialect, target: Target, asked: ChatRequest, context: SpeechContext): Speech {
  const { completionId, clock, onCounted, onOpened, onWorked } = context
  const request = toRequest(dialect, target, asked)
  const signature = toSignature(request, target, clock.date())
  return {
    target: {
      ...target,
      path: request.path,
      headers: { ...target.headers, ...request.headers, ...signature },
    },
    body: Buffer.from(request.body),
    read: (answer) =>
      translateAnswer(answer, {
        dialect,
        answer: {
          model: target.upstreamModel,
          createdAtS: Math.floor(clock.date().getTime() / 1000),
          id: completionId,
          isParallel: asked.json.parallel_tool_calls !== false,
        },
        provider: toTargetWords(target),
        secrets: target.secrets,
        isStream: asked.isStream,
        nowMs: () => clock.monotonicMs(),
        onCounted,
        onOpened,
        onWorked,
      }),
    refuse: (refusal) => toProviderError(toOpenAiRefusal(dialect, refusal, target), target),
  }
}

function toRequest(dialect: Dialect, target: Target, asked: ChatRequest): UpstreamRequest {
  // The body is parsed again, because this parser keeps all digits of integers beyond a double.
  const chat = parseJson(asked.body.toString())
  // The body is known to be JSON; it can only be nested deeper than this parser accepts.
  if (chat === undefined)
    throw new GatewayError('not_carried', 'The body is nested too deeply for this model.')
  const context = { model: target.upstreamModel, stream: asked.isStream, baseUrl: target.baseUrl }
  try {
    return dialect.toRequest(record(chat), context)
  } catch (cause) {
    if (!(cause instanceof DialectError)) throw cause
    throw new GatewayError('not_carried', cause.message, { cause })
  }
}

/** Only the dialect's own headers are signed, because a proxy could change the others on the way. */
function toSignature(
  { path, headers, body }: UpstreamRequest,
  { aws, origin }: Target,
  at: Date,
): Record<string, string> {
  if (aws === null) return {}
  const request = {
    method: 'POST',
    url: origin + path,
    headers,
    body,
    region: aws.region,
    service: 'bedrock',
  }
  return signRequest(request, aws.credentials, at)
}

/** The refusal as an OpenAI-compatible provider would have sent it; after this it is treated like all refusals. */
function toOpenAiRefusal(dialect: Dialect, { status, headers, body }: Refusal, target: Target): Refusal {
  // AWS quotes the headers of a signature that it refuses, the session token among them. Secrets are replaced before
  // the message is shortened: of a key that is cut in two, the first half would not be found.
  const fault = dialect.readError(status, headers, withoutSecrets(body.toString(), target.secrets))
  const { type, code } = fault
  const message = shortenMessage(fault.message)
  const hasHint = headers['retry-after'] !== undefined || fault.retryAfterMs === null
  return {
    status: fault.status,
    headers: hasHint ? headers : { ...headers, 'retry-after-ms': String(fault.retryAfterMs) },
    body: Buffer.from(JSON.stringify({ error: { message, type, code, param: null } })),
  }
}
