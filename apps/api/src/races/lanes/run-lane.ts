/**
 * One lane, from the start line to its `done` or its `error`. A lane that streams is read chunk by chunk; one that does
 * not is one chunk.
 */
import { type LaneEntry, type LaneRequest, parseJsonOrNull, readChunk } from '@drag-race/contracts'
import type OpenAI from 'openai'
import type { RaceClock } from '../race-clock.ts'
import { type AnswerReader, createAnswerReader } from './answer-reader.ts'
import { toChatRequest } from './chat-request.ts'
import { type Connection, createConnection } from './connection.ts'
import { CutStream } from './cut-stream.ts'
import type { Desk } from './desk.ts'
import { createExchange, type Exchange } from './exchange.ts'
import { createGatewayClient } from './gateway-client.ts'
import { emptyResponse, LaneFault, tokenless } from './lane-fault.ts'
import type { LaneEvent, LanesOrder } from './messages.ts'
import { countPrompt } from './prompt-tokens.ts'
import { type SilenceWatch, watchSilence } from './silence-watch.ts'
import type { Start } from './start.ts'
import type { StartPlace } from './start-line.ts'
import { toAccount } from './to-account.ts'
import { toArrival } from './to-arrival.ts'
import { toDone } from './to-done.ts'
import { toLaneFault } from './to-lane-fault.ts'

export interface LaneSurroundings {
  order: LanesOrder
  clock: RaceClock
  desk: Desk
  place: StartPlace
  /** Aborted from outside with a LaneStop, from inside with a LaneFault. */
  aborting: AbortController
  emit(event: LaneEvent): void
}

/** Never rejects: whatever goes wrong is the lane's `error` event. */
export async function runLane(entry: LaneEntry, surroundings: LaneSurroundings): Promise<void> {
  const { order, clock, desk, place, aborting, emit } = surroundings
  const { lane } = entry
  const request = order.request.lanes[lane]!
  const reader = createAnswerReader(entry, clock, emit)
  const watch = watchSilence(order.limits, (fault) => entry.stream && aborting.abort(fault))
  const start = toStart(order)
  const connection = createConnection(new URL(order.gateway.url).origin, { start, now: clock.now })
  const exchange = createExchange({
    connection,
    desk,
    start,
    wantsStream: entry.stream,
    responseBytesMax: order.limits.responseBytesMax,
    now: clock.now,
    ready: place.ready,
    onStart(startNs, kind) {
      emit({ type: 'lane-start', at: clock.at(startNs), lane, ...(kind !== 'warm' && { [kind]: true }) })
      reader.start(clock.at(startNs))
      watch.start()
    },
    onRead: watch.heard,
  })
  const call: Call = {
    client: createGatewayClient(order.gateway, exchange.fetch),
    request,
    promptTokens: countPrompt(order, request),
    order,
    reader,
    connection,
    exchange,
    watch,
    signal: aborting.signal,
  }
  try {
    await (entry.stream ? readStream(call) : readWhole(call))
    if (!reader.hasToken) throw tokenless(reader.finishReason, reader.usage?.outputTokens ?? 0)
    emit(toDone(entry, call, clock))
  } catch (cause) {
    const { code, message, status, retryAfterMs } = toLaneFault(cause, {
      exchange,
      abortReason: aborting.signal.aborted ? aborting.signal.reason : null,
      gatewayUrl: order.gateway.url,
      chunks: reader.chunks,
    })
    const arrival = toArrival(call, clock)
    emit({
      type: 'error',
      at: clock.at(clock.now()),
      lane,
      message,
      code,
      status,
      retryAfterMs,
      ...(arrival ? { arrival } : {}),
      ...(reader.completionId === null ? {} : { completionId: reader.completionId }),
      ...toAccount(exchange, reader),
    })
  } finally {
    connection.close()
    watch.end()
    place.leave()
  }
}

function toStart({ request, gateway }: LanesOrder): Start {
  if (request.coldStart) return 'cold'
  return gateway.isOwn ? 'signal' : 'corked'
}

export interface Call {
  client: OpenAI
  request: LaneRequest
  promptTokens: number
  order: LanesOrder
  reader: AnswerReader
  connection: Connection
  exchange: Exchange
  watch: SilenceWatch
  signal: AbortSignal
}

async function readStream({ client, request, order, reader, exchange, watch, signal }: Call): Promise<void> {
  const stream = await client.chat.completions.create(
    { ...toChatRequest(order.request, request), stream: true, stream_options: { include_usage: true } },
    { signal },
  )
  try {
    for await (const chunk of stream) {
      if (reader.read(chunk, exchange.readingNs)) watch.tokenCame()
    }
  } catch (error) {
    // The answer is whole even if the connection breaks after the finish reason.
    if (!exchange.networkError || reader.finishReason === null) throw error
  }
  // The SDK ends an aborted stream as if it were complete.
  signal.throwIfAborted()
  if (!exchange.isDone && reader.finishReason === null) throw new CutStream()
  if (reader.chunks === 0) throw emptyResponse(exchange.status)
}

async function readWhole({ client, request, order, reader, exchange, signal }: Call): Promise<void> {
  await client.chat.completions.create(toChatRequest(order.request, request), { signal })
  // Not the SDK's result: it does not parse a body whose content type is not JSON.
  const body = parseJsonOrNull(exchange.body)
  const { error, finishReason } = readChunk(body)
  if (!error && finishReason === null && !hasChoices(body)) {
    throw exchange.body.trim() === '' ? emptyResponse(exchange.status) : notACompletion
  }
  reader.read(body, exchange.endNs)
}

const notACompletion = new LaneFault({
  code: 'malformed_answer',
  message:
    'The answer is no chat completion. GATEWAY_URL must point at an OpenAI-compatible gateway, one that serves /v1/chat/completions.',
  status: 200,
})

function hasChoices(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'choices' in body && Array.isArray(body.choices)
}
