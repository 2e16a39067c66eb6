/**
 * Gives the answer to a request again, when the same tenant sends the very same request. The answer is kept as the
 * relay got it from the guardrails. When it is given again it goes through the relay again, as a stream or as a body,
 * with a report of its own.
 *
 * A call that is measured is never answered from here. That is one that asks for a report, as every lane of a race
 * does, unless it also sends `x-gateway-cache: use`.
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
  /** To be called when the request is as it would be sent, after the guardrails, and its route is known. */
  look(call: Call): CacheLook
}

export interface CacheLook {
  /** null where there is no cache, for this endpoint or at all. */
  readonly outcome: CacheOutcome | null
  /** The answer on a hit, otherwise null. */
  readonly found: StoredAnswer | null
  /** The same answer, whose body is collected while it is read. */
  listen(answer: Answer): Answer
  /** The answer that was collected last was whole: stores it. */
  keep(): void
}

export const noCache: CacheLook = { outcome: null, found: null, listen: (answer) => answer, keep() {} }

/** The share of the bytes that one answer may take, so that it cannot push out all others. */
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
          // 200 is the status of an answer; another one describes a state of the moment.
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

/** RFC 9111: `no-cache` wants a new answer, with `no-store` that is not kept either. Whoever may read may write. */
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
    headers: toUpstreamHeaders(request.headers, endpoint),
  })
}

/** Passes the body through, and calls `onWhole` with all of it at its end, unless it was too long. */
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
  if (bytes <= bytesMax) onWhole(Buffer.concat(parts))
}
