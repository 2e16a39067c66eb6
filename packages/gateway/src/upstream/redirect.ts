/**
 * A redirect → what the caller is told. It is not followed, because a request with a key in it is sent only to the
 * address in the config. A retry would not help; another target might answer.
 */
import { shortenName } from '../dialects/provider-words.ts'
import { GatewayError } from '../errors.ts'
import type { Answer } from './attempt.ts'
import { type Target, toTargetWords } from './target.ts'

/** `target` has the path of this very request. */
export function toRedirected(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  target: Target,
): GatewayError {
  const { origin, path } = target
  const who = toTargetWords(target)
  const place = toPlace(headers.location, origin + path)
  return new GatewayError(
    'bad_response',
    place === null
      ? `${who} answered with a redirect (${status}) that names no web address. Is params.baseUrl in gateway.yaml (${origin}) the right address?`
      : `${who} answered with a redirect (${status}) to ${place}, and redirects are not followed. Write the address that answers, with its scheme and port, into params.baseUrl in gateway.yaml (${origin}).`,
  )
}

/** The address without its query, which could hold a session or a key; null when it is no web address. */
function toPlace(location: unknown, from: string): string | null {
  const url = typeof location === 'string' ? URL.parse(location, from) : null
  return url && /^https?:$/.test(url.protocol) ? shortenName(url.origin + url.pathname) : null
}
