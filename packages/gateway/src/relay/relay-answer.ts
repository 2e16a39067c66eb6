/** Passes a provider's successful answer on to the caller: as the stream that was asked for, or as one JSON body. */
import type { OutgoingHttpHeaders } from 'node:http'
import { type GatewayReport, readUsage } from '@drag-race/contracts'
import { type Call, toAnswerHeaders } from '../call.ts'
import type { Clock } from '../clock.ts'
import { toPackedWords } from '../dialects/openai/error-reader.ts'
import { toStreamText } from '../dialects/openai/json-as-stream.ts'
import { endpoints } from '../endpoints.ts'
import { GatewayError } from '../errors.ts'
import type { Answer } from '../upstream/attempt.ts'
import { isPacked, toCallerHeaders } from '../upstream/headers.ts'
import { readAnswer } from '../upstream/read-answer.ts'
import { withoutSecretsIn } from '../upstream/secrets.ts'
import { toTargetWords } from '../upstream/target.ts'
import { type AsChunk, createAsChunk } from './as-chunk.ts'
import { createCaller } from './caller.ts'
import { readJsonAnswer } from './relay-json.ts'
import { relayStream } from './relay-stream.ts'
import { withReport } from './report.ts'
import { toToldFailure } from './told-failure.ts'
import { createReportCarrier, createUsageDropper, passUsage, type UsageChunkRule } from './usage-chunk.ts'
import { createFacts, createStreamWatch } from './watch.ts'

/** Enough for two thousand embeddings of three thousand numbers. */
const numbersMax = 10_000_000

export interface RelayParts {
  clock: Clock
  report(): GatewayReport
  /** A streamed answer has begun (called once for each read from then on), or an answer in one piece was read. */
  onBegun(): void
  /** True when an error that was not passed on yet is to be thrown, so that another attempt is made. */
  mayGoElsewhere(error: GatewayError): boolean
  /** Secrets that the provider was sent, and that must not reach the caller in an error. */
  secrets: readonly string[]
}

/** Throws when the answer is not whole, unless the provider's error was passed on: that is in `call.facts.error`. */
export function relayAnswer(answer: Answer, call: Call, parts: RelayParts): Promise<void> {
  checkForm(answer, toTargetWords(call.target!))
  const isJson = /^application\/json\b/i.test(contentType(answer))
  const { endpoint } = call
  const { isStream } = call.asked!
  const isChat = endpoint === 'chat/completions'
  const isWhole = !isStream || (isJson && !isChat)
  return isWhole ? relayJson(answer, call, parts) : relayAsStream(answer, call, isJson, parts)
}

async function relayAsStream(
  answer: Answer,
  call: Call,
  isJson: boolean,
  { clock, report, onBegun, mayGoElsewhere, secrets }: RelayParts,
): Promise<void> {
  const { endpoint } = call
  // Some servers ignore `stream: true`. Their answer is whole and paid for, so it is made into a stream.
  const body = isJson ? [await readAsStream(answer, call, clock)] : answer.body
  // The watch reads it once more, as a stream: the facts begin anew, so that nothing counts twice.
  if (isJson) Object.assign(call.facts, createFacts())
  const watch = createStreamWatch(call.facts, {
    asChunk: toAsChunk(call),
    endWords: endpoints[endpoint].endWords,
  })
  await relayStream({
    body,
    watch,
    usageChunk: toUsageChunkRule(call, report),
    caller: createCaller(call.response, call.signal, () => toStreamHead(answer, call, secrets)),
    provider: toTargetWords(call.target!),
    secrets,
    nowMs: () => clock.monotonicMs(),
    onEarlyError(error) {
      const failure = toToldFailure(toTargetWords(call.target!), error)
      if (mayGoElsewhere(failure)) throw failure
    },
    onBegun() {
      answer.begun()
      onBegun()
    },
    onDone: answer.done,
    onWorked(ms) {
      call.ownMs.response += ms
    },
  })
}

async function relayJson(
  answer: Answer,
  call: Call,
  { clock, report, onBegun, secrets }: RelayParts,
): Promise<void> {
  const { bytes: read, json } = await readJson(answer, call, clock)
  const bytes = call.facts.error === null ? read : withoutSecretsIn(read, secrets)
  onBegun()
  const atMs = clock.monotonicMs()
  call.facts.endedAtMs = atMs
  const body = call.asked!.wantsReport ? withReport(bytes, json, report()) : bytes
  const caller = createCaller(call.response, call.signal, () => {
    const headers = toPassedHeaders(answer, call, secrets)
    headers['content-type'] = contentType(answer) || 'application/json'
    headers['content-length'] = body.length
    return headers
  })
  call.ownMs.response += clock.monotonicMs() - atMs
  // A short body is held back and sent with the end, in one write; a long one waits for a slow caller.
  await caller.write([body])
  caller.end([])
}

async function readAsStream(answer: Answer, call: Call, clock: Clock): Promise<Uint8Array> {
  const { json } = await readJson(answer, call, clock)
  return Buffer.from(toStreamText(json, call.facts.error))
}

async function readJson({ body }: Answer, call: Call, clock: Clock) {
  const provider = toTargetWords(call.target!)
  const { endpoint } = call
  const bytes = await readAnswer(body, provider, endpoint === 'embeddings' ? numbersMax : undefined)
  const atMs = clock.monotonicMs()
  const json = readJsonAnswer({
    bytes,
    provider,
    facts: call.facts,
    endpoint,
    asChunk: toAsChunk(call),
    atMs,
  })
  call.ownMs.response += clock.monotonicMs() - atMs
  return { bytes, json }
}

/** Throws, before the body is read, for what cannot be an answer. */
function checkForm(answer: Answer, provider: string) {
  if (isPacked(answer.headers)) throw new GatewayError('bad_response', toPackedWords(provider))
  if (/^text\/html\b/i.test(contentType(answer))) {
    throw new GatewayError(
      'bad_response',
      `${provider} answered with a web page. Is params.baseUrl in gateway.yaml the right address?`,
    )
  }
}

/** For one answer only, which it reads from the beginning. */
export function toAsChunk({ endpoint, facts }: Call): AsChunk {
  return createAsChunk(endpoint, {
    onCounted(usage) {
      facts.usageSoFar = readUsage(usage)
    },
    onOpened() {
      facts.isOpened = true
    },
  })
}

function toUsageChunkRule({ asked, facts }: Call, report: () => GatewayReport): UsageChunkRule {
  if (asked!.wantsReport) return createReportCarrier(facts, report)
  return asked!.wantsUsage ? passUsage : createUsageDropper()
}

function toStreamHead(answer: Answer, call: Call, secrets: readonly string[]): OutgoingHttpHeaders {
  const headers = toPassedHeaders(answer, call, secrets)
  headers['content-type'] = 'text/event-stream; charset=utf-8'
  headers['cache-control'] = 'no-cache'
  // Otherwise nginx and similar proxies would buffer tokens.
  headers['x-accel-buffering'] = 'no'
  return headers
}

function toPassedHeaders(answer: Answer, call: Call, secrets: readonly string[]): OutgoingHttpHeaders {
  return toAnswerHeaders(call, toCallerHeaders(answer.headers, secrets))
}

function contentType({ headers }: Answer): string {
  return headers['content-type'] ?? ''
}
