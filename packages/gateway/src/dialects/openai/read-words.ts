/**
 * A provider's error message, found in JSON of any form; null when there is none.
 *
 * Only for JSON that is known to be no answer: an answer can have members of these names too.
 */
import { firstRecord, isText } from './loose-words.ts'

export function readWords(json: unknown): string | null {
  if (isText(json)) return json
  if (Array.isArray(json) && isText(json[0])) return json[0]
  const body = firstRecord(json)
  if (!body) return null
  const error = firstRecord(body.error)
  const raw = firstRecord(error?.metadata)?.raw
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
    firstRecord(body.base_resp)?.status_msg,
  ]) {
    const message = readDetail(words)
    if (message) return message
  }
  return null
}

/** No provider's message lies deeper; a walk down every level of what it can send would overflow the stack. */
const levelsMax = 10

/** A string, or FastAPI's list of `{loc, msg}`, or one of them below `message` or `detail`. */
function readDetail(words: unknown, levels = levelsMax): string | null {
  if (isText(words)) return words
  if (levels === 0) return null
  const below = (part: unknown) => readDetail(part, levels - 1)
  if (Array.isArray(words)) return words.map(below).filter(Boolean).join('; ') || null
  const entry = firstRecord(words)
  if (!entry) return null
  const place = Array.isArray(entry.loc) ? `${entry.loc.filter(isStep).join('.')}: ` : ''
  if (isText(entry.msg)) return place + entry.msg
  return below(entry.message) ?? below(entry.detail)
}

/** The name of a member, or its place in a list. */
function isStep(step: unknown): boolean {
  return typeof step === 'string' || typeof step === 'number'
}
