/**
 * A provider's refusal, whatever form it has → its status and a message that people can read, in OpenAI's envelope.
 *
 * A body that has the envelope already is passed on as it came. Other forms in use: `error` as a text (xAI), `detail`
 * (Mistral, FastAPI), numbers as code (Gemini, OpenRouter), plain text (DeepSeek, Azure), a page of HTML (Perplexity).
 */
import type { IncomingHttpHeaders } from 'node:http'
import { ProviderError } from '../../errors.ts'
import { isPacked, toCallerHeaders } from '../../upstream/headers.ts'
import { withoutSecrets } from '../../upstream/secrets.ts'
import { type Target, toTargetWords } from '../../upstream/target.ts'
import { typeOf } from '../fault.ts'
import { readText, shortenMessage } from '../provider-words.ts'
import { isRecord, parseJson } from '../read-json.ts'
import { firstRecord, isText } from './loose-words.ts'
import { readWords } from './read-words.ts'
import { readReason } from './refusal-reason.ts'
import { readRetryAfter, readRetryAfterMs, readShouldRetry } from './retry-hint.ts'

export interface Refusal {
  /** From 400 to 599. */
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export function toProviderError({ status, headers, body }: Refusal, target: Target): ProviderError {
  const text = isPacked(headers)
    ? toPackedWords(toTargetWords(target))
    : withoutSecrets(body.toString(), target.secrets)
  const json = parseJson(text) ?? null
  const retryAfter = readRetryAfter(headers, json)
  const message =
    readMessage(json, text) ?? `${toTargetWords(target)} answered ${status} and said nothing more.`
  return new ProviderError({
    status,
    message,
    headers: {
      ...toCallerHeaders(headers, target.secrets),
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
    },
    body: Buffer.from(hasEnvelope(json) ? text : toEnvelope(status, message, json)),
    reason: readReason({ status, code: readCodes(json), message }),
    retryAfterMs: readRetryAfterMs(headers, json),
    shouldRetry: readShouldRetry(headers),
  })
}

/** The message in place of a body that cannot be read here. */
export function toPackedWords(provider: string): string {
  return `${provider} compressed its answer, though it was asked not to.`
}

/** Every string of the body that can be a code: providers put it in different places. */
function readCodes(json: unknown): string {
  const error = firstRecord(firstRecord(json)?.error)
  return [error?.code, error?.type, error?.status, firstRecord(json)?.code].filter(isText).join(' ')
}

function toEnvelope(status: number, message: string, json: unknown): string {
  const error = firstRecord(firstRecord(json)?.error)
  const code = [error?.code, error?.status, firstRecord(json)?.code, error?.type].find(isText) ?? null
  const type = isText(error?.type) ? error.type : typeOf(status)
  const param = isText(error?.param) ? error.param : null
  return JSON.stringify({ error: { message, type, code, param } })
}

/** Can the official clients read it? It needs a message; code and type are strings, null or missing. */
function hasEnvelope(json: unknown): boolean {
  const error = isRecord(json) ? json.error : null
  if (!isRecord(error) || !isText(error.message)) return false
  // OpenRouter's message says nothing without that of the provider behind it, which stands in `raw`.
  if (isText(firstRecord(error.metadata)?.raw)) return false
  return [error.code, error.type].every((value) => value == null || typeof value === 'string')
}

function readMessage(json: unknown, text: string): string | null {
  const message = json === null ? readText(text) : (readWords(json) ?? JSON.stringify(json))
  return message ? shortenMessage(message) : null
}
