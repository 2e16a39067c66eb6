/**
 * Gives the answer to a request again, when the very same one is asked by the same tenant. Kept is the answer as it went
 * to the relay, behind the guardrails: given again, it takes the same way to the caller, as a stream or as a body, with its
 * own report.
 *
 * A call that is measured is never answered from here: one that asks for a report, as every lane of a race does, unless it
 * says by `x-gateway-cache: use` that it wants that.
 */
import type { Call } from '../call.ts'
import type { CachePolicy } from '../config/cache-schema.ts'
import { endpoints } from '../endpoints.ts'
import type { Answer } from '../upstream/attempt.ts'
import { toUpstreamHeaders } from '../upstream/headers.ts'
import type { AnswerStore, StoredAnswer } from './answer-store.ts'
import { toRequestKey } from './request-key.ts'

export type CacheOutcome = 'hit' | 'miss' | 'bypass'

export interface Cache {
  /** Once its request is as it would go up, and its route is known. */
  look(call: Call): CacheLook
}

export interface CacheLook {
  /** null where there is no cache, for this endpoint or at all. */
  readonly outcome: CacheOutcome | null
  /** On a hit. */
  readonly found: StoredAnswer | null
  /** The same answer, listened to while it passes. */
  listen(answer: Answer): Answer
  /** What was listened to last has passed whole: it is kept. */
  keep(): void
}

export const noCache: CacheLook = { outcome: null, found: null, listen: (answer) => answer, keep() {} }

/** One answer may not push out all others. */
const shareMax = 1 / 8

export function createCache(policy: CachePolicy, store: AnswerStore): Cache {
  const bytesMax = policy.maxBytes * shareMax
  const bounds = {
    ttlMs: policy.ttlSeconds * 1000,
    entriesMax: policy.maxEntries,
    bytesMax: policy.maxBytes,
  }
  return {
    look(call) {
      if (policy.mode === 'off' || !endpoints[call.endpoint].isCacheable) return noCache
      const { mayRead, mayWrite } = readWish(call.request.headers)
      const key = mayWrite ? toKey(call) : null
      if (key === null) return { ...noCache, outcome: 'bypass' }
      const found = mayRead ? store.find(key) : null
      const outcome = found ? 'hit' : mayRead ? 'miss' : 'bypass'
      if (found) return { ...noCache, outcome, found }
      let heard: Buffer | null = null
      let type = ''
      return {
        outcome,
        found: null,
        listen(answer) {
          heard = null
          type = answer.headers['content-type'] ?? ''
          // OpenAI's good answer; any other status says something of the moment.
          if (answer.status !== 200) return answer
          return { ...answer, body: hear(answer.body, bytesMax, (bytes) => (heard = bytes)) }
        },
        keep() {
          const { target } = call
          if (heard === null || target === null) return
          const { name, provider, upstreamModel } = target
          store.put(
            key,
            { bytes: heard, contentType: type, target: { name, provider, upstreamModel } },
            bounds,
          )
        },
      }
    },
  }
}

/** RFC 9111: `no-cache` wants a new answer, `no-store` leaves no trace either. Who may read may write. */
function readWish(headers: Call['request']['headers']): { mayRead: boolean; mayWrite: boolean } {
  const words = (headers['cache-control'] ?? '').toLowerCase().split(/[\s,]+/)
  const isMeasured = headers['x-gateway-report'] === '1' && headers['x-gateway-cache'] !== 'use'
  if (words.includes('no-store') || isMeasured) return { mayRead: false, mayWrite: false }
  return { mayRead: !words.includes('no-cache') && !words.includes('max-age=0'), mayWrite: true }
}

function toKey({ endpoint, asked, identity, route, guardrails, request }: Call): string | null {
  return toRequestKey({
    endpoint,
    asked: asked!,
    identity: identity!,
    targets: [...route!.targets, ...route!.contextLengthFallbacks],
    guardrails: guardrails.fingerprint,
    headers: toUpstreamHeaders(request.headers),
  })
}

/** Tells the whole body once it is over; nothing where it was too long. */
async function* hear(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
  onWhole: (bytes: Buffer) => void,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body) {
    bytes += part.length
    if (bytes <= bytesMax) parts.push(part)
    else parts = []
    yield part
  }
  if (bytes > 0 && bytes <= bytesMax) onWhole(Buffer.concat(parts))
}
