/**
 * What a provider says went wrong, out of JSON of whatever form: null when it holds no words of that kind.
 *
 * Only for JSON that is known to be no answer: an answer may have members of these names too.
 */

export function readWords(json: unknown): string | null {
  if (isText(json)) return json
  if (Array.isArray(json)) return readWords(json[0])
  const body = record(json)
  if (!body) return null
  const error = record(body.error)
  const raw = record(error?.metadata)?.raw
  if (error && isText(error.message)) return isText(raw) ? `${error.message}: ${raw}` : error.message
  const first = Array.isArray(body.errors) ? body.errors[0] : undefined
  for (const words of [
    body.error,
    error?.detail,
    body.message,
    body.detail,
    body.Message,
    first,
    body.title,
    // MiniMax, with a status of 200.
    record(body.base_resp)?.status_msg,
  ]) {
    const message = readDetail(words)
    if (message) return message
  }
  return null
}

/** A text, or FastAPI's list of `{loc, msg}`, or such a list below `detail`. */
function readDetail(words: unknown): string | null {
  if (isText(words)) return words
  if (Array.isArray(words)) return words.map(readDetail).filter(Boolean).join('; ') || null
  const entry = record(words)
  if (!entry) return null
  const place = Array.isArray(entry.loc) ? `${entry.loc.join('.')}: ` : ''
  if (isText(entry.msg)) return place + entry.msg
  return readDetail(entry.message) ?? readDetail(entry.detail)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function record(value: unknown): Record<string, unknown> | null {
  const object = Array.isArray(value) ? (value[0] as unknown) : value
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : null
}
