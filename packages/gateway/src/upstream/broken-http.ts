/**
 * An answer that is not valid HTTP → what the caller is told: another protocol, TLS on one side only, or HTTP with a
 * fault in it. A retry helps in none of these cases.
 */
import { GatewayError } from '../errors.ts'
import type { Phase } from './failure.ts'
import { type Target, toTargetWords } from './target.ts'

/** null when `cause` is another kind of failure. */
export function toBrokenHttpWords(
  cause: Error & { code?: unknown },
  phase: Phase,
  target: Target,
): string | null {
  const { origin } = target
  const who = toTargetWords(target)
  if (phase === 'connecting') {
    return isNotTls(cause.code)
      ? `What ${who} sent is not TLS (${cause.code}). Does params.baseUrl in gateway.yaml (${origin}) have to begin with http://, or is the port wrong?`
      : null
  }
  const begin = readForeignBegin(cause)
  if (begin !== null) {
    return isTls(begin)
      ? `${who} expects TLS. Does params.baseUrl in gateway.yaml (${origin}) have to begin with https://, or is the port wrong?`
      : `What ${who} sent is not HTTP${toQuote(begin)}. Is params.baseUrl in gateway.yaml (${origin}) the right address, with the right port?`
  }
  const fault = readFault(cause, phase)
  return fault === null ? null : toFaultWords(fault, target)
}

/** For a status above 599, which undici lets pass. */
export function toOddStatus(status: number, target: Target): GatewayError {
  return new GatewayError(
    'bad_response',
    toFaultWords(`A status of ${status}, which HTTP does not have`, target),
  )
}

function toFaultWords(fault: string, target: Target): string {
  return `What ${toTargetWords(target)} sent is broken HTTP: ${fault}. Use another model, and check what is between this gateway and params.baseUrl in gateway.yaml (${target.origin}).`
}

function isNotTls(code: unknown): boolean {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
}

/** The first bytes of an answer that does not even begin as HTTP does; null when it does. */
function readForeignBegin(cause: Error & { data?: unknown }): string | null {
  const isForeign = isOfParser(cause) && cause.message.includes('Expected HTTP/')
  return isForeign && typeof cause.data === 'string' ? cause.data : null
}

/** A TLS record: an alert or a handshake (RFC 8446, 5.1). */
function isTls(begin: string): boolean {
  return (begin[0] === '\u0015' || begin[0] === '\u0016') && begin[1] === '\u0003'
}

/** Quotes the first line where it is printable text. */
function toQuote(begin: string): string {
  const line = /^[\x20-\x7e]+/.exec(begin)?.[0].trim()
  return line ? `, but begins with ${JSON.stringify(line.slice(0, 60))}` : ''
}

/** What is wrong with the HTTP: the parser's own words, or ours for undici's error; null when nothing is. */
function readFault(cause: Error & { code?: unknown }, phase: Phase): string | null {
  if (isOfParser(cause)) return /\((.+)\)$/.exec(cause.message)?.[1] ?? cause.message
  if (cause.code === 'UND_ERR_HEADERS_OVERFLOW') return 'Its headers are too long'
  // undici reports any fault behind a Content-Length by this code. While the body is read, it means that the connection
  // was closed too early.
  if (cause.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && phase === 'waiting') {
    return 'Its headers are not valid, or two of them contradict each other'
  }
  // undici asserts that a status is at least 100.
  if (cause.code === 'ERR_ASSERTION' && phase === 'waiting') return 'A status below 100'
  const isOddStatus = cause.message === 'bad response' || cause.message === 'bad upgrade'
  return cause.code === 'UND_ERR_SOCKET' && isOddStatus ? 'A status of 1xx that nobody asked for' : null
}

function isOfParser({ name }: Error): boolean {
  return name === 'HTTPParserError'
}
