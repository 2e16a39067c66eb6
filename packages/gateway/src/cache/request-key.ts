/** The key of a request: a hash over everything that can change the answer, and over who may see it. */
import { createHash } from 'node:crypto'
import type { Identity } from '../admission/identity.ts'
import type { ChatRequest } from '../chat-request.ts'
import { isRecord, parseJson } from '../dialects/read-json.ts'
import type { Endpoint } from '../endpoints.ts'
import type { Target } from '../upstream/target.ts'

export interface KeyParts {
  endpoint: Endpoint
  asked: Pick<ChatRequest, 'body'>
  identity: Pick<Identity, 'id' | 'tenant'>
  /**
   * The targets in their order: a condition can send the same messages elsewhere, and the same name can stand for other
   * models after the config has changed.
   */
  targets: readonly Pick<Target, 'connectionId'>[]
  /** The fingerprint of the guardrails that the answer has passed. */
  guardrails: string
  /** The headers that are passed on to the provider: they can ask for features that change the answer. */
  headers: Readonly<Record<string, string>>
}

/** Room for a picture or two. Parsing and writing a larger body again would hold up all other calls. */
const bodyBytesMax = 4 * 1024 * 1024

/** null for a body that is too large, or nested too deeply to be parsed here. */
export function toRequestKey(parts: KeyParts): string | null {
  const { endpoint, asked, identity, targets, guardrails, headers } = parts
  if (asked.body.length > bodyBytesMax) return null
  // The body is parsed again, because this parser keeps all digits of integers beyond a double.
  const json = parseJson(asked.body.toString())
  if (!isRecord(json)) return null
  // Who asks, and for which purpose, does not change the answer.
  const { user: _user, metadata: _metadata, ...body } = json
  const { traceparent: _parent, tracestate: _state, ...features } = headers
  // The connection with all its headers: one of them can select another model behind the same address.
  const places = targets.map(({ connectionId }) => connectionId)
  const all = {
    scope: identity.tenant === null ? ['caller', identity.id] : ['tenant', identity.tenant],
    endpoint,
    body,
    features,
    places,
    guardrails,
  }
  return createHash('sha256').update(canonical(all)).digest('base64')
}

/** JSON with the members of each object in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  )
}
