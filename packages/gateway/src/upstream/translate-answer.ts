/**
 * An answer in a provider's dialect → the same answer in OpenAI's form, as it arrives.
 *
 * The provider's error becomes an error event, its keep-alive a comment. A stream that ends before its finish reason
 * gets no `[DONE]`, so that whoever reads the bytes sees that it was cut.
 */
import { encodeEvent } from '@drag-race/wire'
import {
  type AnswerContext,
  type ChatUsage,
  type Dialect,
  DialectError,
  type Fault,
  type MappedEvent,
} from '../dialects/index.ts'
import { shortenMessage } from '../dialects/provider-words.ts'
import { parseJson } from '../dialects/read-json.ts'
import { GatewayError } from '../errors.ts'
import type { Answer } from './attempt.ts'
import { isPacked } from './headers.ts'
import { readAnswer } from './read-answer.ts'
import { withoutSecrets } from './secrets.ts'

export interface Translation {
  dialect: Dialect
  answer: AnswerContext
  provider: string
  /** Secrets that the provider was sent, and that must not reach the caller in an error. */
  secrets: readonly string[]
  isStream: boolean
  nowMs(): number
  /** Tokens that were counted before the answer was whole. */
  onCounted(usage: ChatUsage): void
  /** A part of the answer begins; it can be reasoning that is not shown. */
  onOpened(): void
  /** The time that the translation of one read took. */
  onWorked(ms: number): void
}

export function translateAnswer(answer: Answer, translation: Translation): Answer {
  const type = answer.headers['content-type'] ?? ''
  const { 'content-length': _, ...headers } = answer.headers
  // A web page or a compressed body: the relay says what is wrong with it.
  if (/^text\/html\b/i.test(type) || isPacked(answer.headers)) return answer
  // Some proxies send a whole answer although a stream was asked for; the relay makes a stream of it.
  if (translation.isStream && !/^application\/json\b/i.test(type)) {
    const body = translateStream(answer.body, translation)
    return { ...answer, headers: { ...headers, 'content-type': 'text/event-stream; charset=utf-8' }, body }
  }
  const body = translateWhole(answer.body, translation)
  return { ...answer, headers: { ...headers, 'content-type': 'application/json' }, body }
}

async function* translateStream(
  body: AsyncIterable<Uint8Array>,
  { dialect, answer, secrets, nowMs, onCounted, onOpened, onWorked }: Translation,
): AsyncGenerator<Uint8Array> {
  const map = dialect.createStreamMap(answer)
  let isFinished = false
  const encode = (read: () => MappedEvent[]): Encoded => {
    const fromMs = nowMs()
    const encoded = encodeEvents(read())
    isFinished ||= encoded.isFinished
    if (encoded.counted) onCounted(encoded.counted)
    if (encoded.isOpened) onOpened()
    onWorked(nowMs() - fromMs)
    return encoded
  }
  // A fault that we found ourselves is thrown, because it can still become a status. But when one of several choices
  // has finished, the answer looks whole to the watch: then only an error event shows that the others are missing.
  const tell = (fault: Fault): Uint8Array => {
    if (isOwnCode(fault.code) && !isFinished) throw new GatewayError(fault.code, fault.message)
    return Buffer.from(encodeEvent({ data: toErrorText(fault, secrets) }))
  }
  let fault: Fault | null = null
  let broken: GatewayError | null = null
  try {
    for await (const bytes of body) {
      const read = encode(() => map.push(bytes))
      if (read.text !== '') yield Buffer.from(read.text)
      fault = read.fault
      // Nothing useful follows an error, so we do not wait for the end of the provider's body.
      if (fault) break
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    broken = error
  }
  if (fault === null) {
    const last = encode(() => map.end())
    if (last.text !== '') yield Buffer.from(last.text)
    fault = last.fault
  }
  // The answer is complete; if the connection broke, it did so after that.
  if (fault === null) return
  if (broken && !isFinished) throw broken
  yield tell(fault)
}

const keepAlive = ': keep-alive\n\n'

interface Encoded {
  /** Server-sent events, without the error, which is sent last. */
  text: string
  fault: Fault | null
  counted: ChatUsage | null
  isOpened: boolean
  isFinished: boolean
}

function encodeEvents(events: readonly MappedEvent[]): Encoded {
  const encoded: Encoded = { text: '', fault: null, counted: null, isOpened: false, isFinished: false }
  for (const [index, event] of events.entries()) {
    switch (event.kind) {
      case 'chunk':
        encoded.text += encodeEvent({ data: JSON.stringify(event.chunk) })
        encoded.isFinished ||= event.chunk.choices.some(({ finish_reason }) => finish_reason !== null)
        break
      case 'done':
        encoded.text += encodeEvent({ data: '[DONE]' })
        break
      case 'keepAlive':
        // Several in a row become one comment.
        if (events[index + 1]?.kind !== 'keepAlive') encoded.text += keepAlive
        break
      case 'opened':
        encoded.isOpened = true
        break
      case 'counted':
        encoded.counted = event.usage
        break
      case 'error':
        encoded.fault = event
        break
    }
  }
  // The relay holds the answer back until it begins, and notices the beginning only when it reads something.
  if (encoded.isOpened) encoded.text ||= keepAlive
  return encoded
}

/** OpenAI's error envelope, with the status in it: inside a 200 there is no other place for it. */
function toErrorText({ message: words, type, code, status }: Fault, secrets: readonly string[]): string {
  const message = shortenMessage(withoutSecrets(words, secrets))
  return JSON.stringify({ error: { message, type, code, param: null, status } })
}

async function* translateWhole(
  body: AsyncIterable<Uint8Array>,
  { dialect, answer, provider, secrets, nowMs, onWorked }: Translation,
): AsyncGenerator<Uint8Array> {
  const bytes = await readAnswer(body, provider)
  const fromMs = nowMs()
  const json = parseJson(bytes.toString())
  // When the body is empty or not JSON, the relay says so.
  const text = json === undefined ? bytes : toCompletionText(json, { dialect, answer, secrets })
  onWorked(nowMs() - fromMs)
  yield Buffer.from(text)
}

/** An error in a 200 is passed on as an error in OpenAI's form, which the relay recognises. */
function toCompletionText(
  json: unknown,
  { dialect, answer, secrets }: Pick<Translation, 'dialect' | 'answer' | 'secrets'>,
): string {
  try {
    return JSON.stringify(dialect.toCompletion(json, answer))
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    const { code } = error.fault
    if (isOwnCode(code)) throw new GatewayError(code, error.message)
    return toErrorText(error.fault, secrets)
  }
}

const ownCodes = ['bad_response', 'empty_response', 'stream_cut', 'malformed_stream'] as const

function isOwnCode(code: string): code is (typeof ownCodes)[number] {
  return (ownCodes as readonly string[]).includes(code)
}
