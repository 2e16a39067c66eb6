/**
 * Reads the request of a call, or refuses it, before anything is sent to a provider. It is strict about the few members
 * that the gateway reads, and ignores all others, which are the provider's business.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { estimateTokens, noTokens, type TokenEstimate } from './admission/token-estimate.ts'
import { checkSpelling } from './check-spelling.ts'
import { record } from './dialects/read-json.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { GatewayError } from './errors.ts'
import { readJsonBody } from './read-json-body.ts'
import { checkStartSignal } from './start-signal.ts'
import { readTags, type Tags } from './tags.ts'

export interface ChatRequest {
  /** The bytes as they came. */
  body: Buffer
  /** The body, parsed: for conditions, and where tokens must be estimated. */
  json: Record<string, unknown>
  model: string
  isStream: boolean
  /** The tokens that limits reserve for it. */
  estimate: TokenEstimate
  /** The tags of the request itself; those of the caller's key have precedence. */
  tags: Tags
  streamOptions: Record<string, unknown> | null
  /** The caller asked for the usage chunk itself. */
  wantsUsage: boolean
  /** `x-gateway-report: 1`. */
  wantsReport: boolean
}

const Body = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
})
const list = z.array(z.unknown()).min(1)
const textOrList = z.union([z.string().min(1), list])
const bodies = {
  'chat/completions': Body.extend({ messages: list }),
  completions: Body.extend({ prompt: textOrList }),
  embeddings: Body.extend({ input: textOrList }),
  responses: Body,
  messages: Body.extend({ messages: list }),
  'messages/count_tokens': Body.extend({ messages: list }),
} satisfies Record<Endpoint, z.ZodType>

/** Throws a `GatewayError` that names what is wrong. */
export async function readChatRequest(
  request: IncomingMessage,
  bodyBytesMax: number,
  endpoint: Endpoint,
): Promise<ChatRequest> {
  checkStartSignal(request)
  const { bytes: body, json: sent } = await readJsonBody(request, bodyBytesMax)
  const json = check(sent, endpoint)
  checkSpelling(json)
  if (endpoint === 'responses' && json.background === true) {
    throw new GatewayError(
      'not_carried',
      '`background` cannot be carried: this gateway has no GET /v1/responses/{id}, so nobody could fetch the answer. Leave it out.',
    )
  }
  const { model, stream, stream_options } = json
  return {
    body,
    json,
    model,
    isStream: stream === true && endpoints[endpoint].canStream,
    estimate: toEstimate(json, endpoint),
    tags: readTags(json, request.headers),
    streamOptions: stream_options ?? null,
    wantsUsage: stream_options?.include_usage === true,
    // Only chat answers have a place for the report.
    wantsReport: endpoint === 'chat/completions' && request.headers['x-gateway-report'] === '1',
  }
}

function toEstimate(json: Body, endpoint: Endpoint): TokenEstimate {
  const { isFree, operation } = endpoints[endpoint]
  if (isFree) return noTokens
  const estimate = estimateTokens(json)
  // Embeddings write no text.
  return operation === 'embeddings' ? { ...estimate, outputTokens: 0 } : estimate
}

type Body = z.infer<typeof Body>

function check(json: unknown, endpoint: Endpoint): Body {
  if (isPlain(json, endpoint)) return json
  const parsed = bodies[endpoint].safeParse(json)
  if (parsed.success) return parsed.data
  throw new GatewayError('invalid_request', toSentence(parsed.error.issues[0], endpoint))
}

/** A quick check that nearly all bodies pass. The schema checks the others, and says what is wrong with them. */
function isPlain(json: unknown, endpoint: Endpoint): json is Body {
  if (endpoints[endpoint].needs !== 'messages') return false
  const { model, messages, stream, stream_options } = record(json)
  return (
    typeof model === 'string' &&
    model !== '' &&
    Array.isArray(messages) &&
    messages.length > 0 &&
    (stream === undefined || typeof stream === 'boolean') &&
    (stream_options === undefined || typeof record(stream_options).include_usage === 'boolean')
  )
}

function toSentence(issue: z.core.$ZodIssue | undefined, endpoint: Endpoint): string {
  const member = issue?.path.join('.') ?? ''
  const { needs } = endpoints[endpoint]
  switch (member) {
    case '':
      return `The body must be a JSON object with \`model\`${needs ? ` and \`${needs}\`` : ''}.`
    case 'model':
      return '`model` is missing or not a text: name one of GET /v1/models.'
    case 'messages':
      return '`messages` is missing or empty: send a list with at least one message.'
    case 'input':
    case 'prompt':
      return `\`${member}\` is missing or empty: send a text, or a list with at least one.`
    case 'stream':
      return '`stream` must be true or false.'
    default:
      return `\`${member}\` has the wrong form: write \`stream_options\` like {"include_usage": true}.`
  }
}
