/** Reads an answer that is not streamed: its JSON is checked and noted, before its bytes are passed on as they came. */
import { readError } from '@drag-race/contracts'
import { readWords } from '../dialects/openai/read-words.ts'
import { isRecord, records } from '../dialects/read-json.ts'
import { type Endpoint, endpoints } from '../endpoints.ts'
import { GatewayError } from '../errors.ts'
import type { AsChunk } from './as-chunk.ts'
import { toNoAnswer } from './no-answer.ts'
import { toToldFailure } from './told-failure.ts'
import { type AnswerFacts, noteChunk } from './watch.ts'

export interface JsonAnswer {
  bytes: Buffer
  provider: string
  facts: AnswerFacts
  endpoint: Endpoint
  asChunk: AsChunk
  atMs: number
}

/** The body's JSON, noted in `facts`. Throws when it is not JSON, not an answer, or an error with a success status. */
export function readJsonAnswer({
  bytes,
  provider,
  facts,
  endpoint,
  asChunk,
  atMs,
}: JsonAnswer): Record<string, unknown> {
  if (bytes.length === 0)
    throw new GatewayError('empty_response', `${provider} answered with nothing. Try again.`)
  const json = parse(bytes.toString(), provider)
  if (!isRecord(json)) throw toNoObject(provider, json)
  noteChunk(facts, asChunk(json), atMs, true)
  const { error } = facts
  // An answer that has tokens is passed on, with the error as it came.
  const hasBegun = Array.isArray(json.choices) && facts.firstTokenAtMs !== null
  if (error && !hasBegun) throw toToldFailure(provider, error)
  if (!isAnswer(json, endpoint)) throw toNoAnswer(provider, readWords(json))
  return json
}

/** Some providers send a failure as a JSON string, or as a list with one error. */
function toNoObject(provider: string, json: unknown): GatewayError {
  const error = readError(records(json)[0])
  return error ? toToldFailure(provider, error) : toNoAnswer(provider, readWords(json))
}

function isAnswer(json: Record<string, unknown>, endpoint: Endpoint): boolean {
  const { answeredIn } = endpoints[endpoint]
  const said = json[answeredIn] ?? null
  return answeredIn === 'choices' ? Array.isArray(said) && said.length > 0 : said !== null
}

function parse(text: string, provider: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const isStream = /^\s*(data|event|id|retry)?:/.test(text)
    throw new GatewayError(
      'bad_response',
      isStream
        ? `${provider} answered with a stream though none was asked for. Ask for one with "stream": true.`
        : `What ${provider} answered is not JSON. Is params.baseUrl in gateway.yaml the right address?`,
    )
  }
}
