/** What makes two requests the same: a hash over all that can change the answer, and over who may see it. */
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
   * Where it may go, in this order: a condition may send the same words elsewhere, and the same name may mean other models
   * after the config has changed.
   */
  targets: readonly Pick<Target, 'connectionId'>[]
  /** Of the guardrails that the answer has passed. */
  guardrails: string
  /** Features that are asked for in headers change answers. */
  headers: Readonly<Record<string, string>>
}

/** A picture or two. What is larger would hold up all other calls while it is read and written a second time. */
const bodyBytesMax = 4 * 1024 * 1024

/** null for what is too large, and for lists in lists that are too deep to be read or written here. */
export function toRequestKey(parts: KeyParts): string | null {
  if (parts.asked.body.length > bodyBytesMax) return null
  try {
    return hash(parts)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function hash({ endpoint, asked, identity, targets, guardrails, headers }: KeyParts): string | null {
  // Read again, because here integers beyond a double keep their digits.
  const json = parseJson(asked.body.toString())
  if (!isRecord(json)) return null
  // Who asks, and for which purpose, changes no answer.
  const { user: _user, metadata: _metadata, ...body } = json
  const { traceparent: _parent, tracestate: _state, ...features } = headers
  // All that a target is sent with: a header may choose another house's model behind the same address.
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
