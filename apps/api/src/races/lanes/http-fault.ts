/**
 * An answer with an error status, whatever its body is: OpenAI's envelope, another JSON, plain text, a page of HTML,
 * nothing.
 */
import { type ChunkError, readError } from '@drag-race/contracts'
import type { Exchange } from './exchange.ts'
import { LaneFault } from './lane-fault.ts'
import { lookedAtCharsMax, readable, toCode } from './readable.ts'

export function toHttpFault({ body, headers }: Exchange, status: number): LaneFault {
  const error = readBodyError(body)
  const asked = readRetryAfterMs(headers) ?? readRetryHint(error?.message ?? '')
  // 400 digits are Infinity, which no tape can hold.
  const retryAfterMs = Number.isFinite(asked) ? asked : null
  const said = readable(error?.message ?? '') || `The gateway answered ${status} without a message.`
  return new LaneFault({
    code: toCode(error?.code) ?? `http_${status}`,
    message: `${said} ${advice(status, error?.code ?? null, retryAfterMs, headers)}`.trim(),
    status,
    retryAfterMs,
  })
}

function readBodyError(body: string): ChunkError | null {
  const text = body.trim()
  if (text.startsWith('<')) return plain(pageWords(text))
  try {
    const json: unknown = JSON.parse(text)
    return readError(json) ?? (typeof json === 'string' ? plain(json) : readLoose(json))
  } catch {
    return text === '' ? null : plain(text)
  }
}

/** `{"detail": …}` (Mistral, FastAPI), `{"message": …}`: no envelope at all. */
function readLoose(json: unknown): ChunkError | null {
  if (typeof json !== 'object' || json === null) return null
  const { detail, message, msg, title, code } = json as Record<string, unknown>
  const text = [message, detail, msg, title].find((value) => typeof value === 'string' && value !== '')
  return {
    message: typeof text === 'string' ? text : JSON.stringify(detail ?? json),
    code: typeof code === 'string' ? code : null,
    status: null,
  }
}

function pageWords(html: string): string {
  // Each match ends at the next `<`, or a page of nothing but `<title` would be searched once for each of them.
  const title = /<title[^<>]*>([^<]*)/i.exec(html)?.[1]?.trim()
  return `The answer was a page of HTML${title ? ` (“${title}”)` : ''}, not the API's.`
}

function plain(message: string): ChunkError {
  return { message, code: null, status: null }
}

/** What to do, by status: the provider's own message rarely says. */
function advice(status: number, code: string | null, retryAfterMs: number | null, headers: Headers): string {
  if (status < 400) {
    const to = readable(headers.get('location') ?? '')
    return to === '' ? '' : `It redirects to ${to}: set GATEWAY_URL to where that leads.`
  }
  // Some providers send it with 400 or 403, and waiting does not help.
  if (code === 'insufficient_quota') {
    return 'Raise its limit or add credit at the provider, or choose another model: waiting a little does not help.'
  }
  if (status === 401 || status === 403) {
    return "Check the provider's key where the gateway runs, or GATEWAY_API_KEY for a gateway that asks for one."
  }
  if (status === 404) return "Check the model's name in the gateway's config."
  if (status === 413) return 'Shorten the prompt.'
  if (status === 429) {
    const when = retryAfterMs === null ? 'Wait a little' : `Wait ${Math.ceil(retryAfterMs / 1000)} s`
    return `${when} and race again; the lane did not try again by itself, which would falsify its times.`
  }
  if (status >= 500) return 'Run the race again, or choose another model.'
  return "Check the prompt and the lane's parameters."
}

/**
 * `retry-after-ms` is the finer of the two. A date is counted from the answer's own `date`, because the provider's
 * clock can differ from ours.
 */
function readRetryAfterMs(headers: Headers): number | null {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  // Azure sends 0 here beside a whole second in `retry-after`.
  if (ms > 0) return Math.round(ms)
  const after = headers.get('retry-after') ?? ''
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(after) ? Number.parseFloat(after) : Number.NaN
  const untilMs = seconds >= 0 ? seconds * 1000 : Date.parse(after) - Date.parse(headers.get('date') ?? '')
  return untilMs >= 0 ? Math.round(untilMs) : null
}

/** "Please retry in 48.94s.", "Please try again in 20ms.": some providers say it only in the message. */
function readRetryHint(message: string): number | null {
  const found = /\b(?:re)?try (?:again )?in (\d+(?:\.\d+)?) ?(ms|s)\b/i.exec(
    message.slice(0, lookedAtCharsMax),
  )
  return found ? Math.round(Number(found[1]) * (found[2]?.toLowerCase() === 'ms' ? 1 : 1000)) : null
}
