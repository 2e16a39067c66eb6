/**
 * One HTTP exchange of a lane, as the `fetch` that the openai SDK is given, with a stamp for everything that arrives.
 *
 * Bytes are stamped where undici's parser hands them over, and laid on the desk: nothing is parsed before all sockets
 * have had their turn. There a stream is cut into its frames, and the SDK gets them one by one: `readingNs` is always
 * the stamp of the network read that completed the frame that the SDK reads. Reading from the network never waits for
 * the SDK, so slow parsing makes no figure larger.
 */
import type { LaneStartKind } from '@drag-race/contracts'
import { FrameTooLarge } from '@drag-race/wire'
import type { Dispatcher } from 'undici'
import { type Arrivals, type BodySink, createFrameSink, createWholeSink } from './body-sinks.ts'
import type { Connection } from './connection.ts'
import type { Desk } from './desk.ts'
import { LaneFault } from './lane-fault.ts'
import { readable } from './readable.ts'
import { createRequestBody } from './request-body.ts'
import type { Start } from './start.ts'
import type { Starter } from './start-line.ts'

export interface Exchange extends Arrivals {
  /** For the SDK. Waits at the start line; rejects with the network's own error. */
  fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** null until the request has left. */
  startNs: bigint | null
  /** The gateway has said that it waits for the start signal. */
  isAwaited: boolean
  /** The response has come to its end, including what follows the answer. */
  hasClosed: boolean
  contentType: string
  /** The network's error; null when the response ended as it should. */
  networkError: Error | null
}

export interface ExchangeOptions {
  connection: Connection
  desk: Desk
  start: Start
  wantsStream: boolean
  responseBytesMax: number
  now(): bigint
  /** Stages the request before the green light and lets it leave at the light; resolves after it. */
  ready(starter: Starter): Promise<void>
  onStart(startNs: bigint, kind: LaneStartKind): void
  onRead(): void
}

export function createExchange(options: ExchangeOptions): Exchange {
  const exchange: Exchange = {
    fetch,
    startNs: null,
    isAwaited: false,
    hasClosed: false,
    headersNs: null,
    firstByteNs: null,
    readingNs: 0n,
    reading: new Uint8Array(0),
    endNs: 0n,
    isDone: false,
    status: null,
    contentType: '',
    headers: new Headers(),
    body: '',
    networkError: null,
  }

  async function fetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const { origin, pathname, search } = new URL(String(url))
    const headers = Object.fromEntries(new Headers(init.headers))
    const answered = Promise.withResolvers<Response>()
    // The lane can be ended before it waits for the answer: a failure must not be an unhandled rejection then.
    answered.promise.catch(() => {})
    const { signal = null } = init
    const { connection } = options
    const { body, letGo, headers: ofBody } = createRequestBody(init.body as string, options.start)
    connection.dispatcher.dispatch(
      {
        origin,
        path: pathname + search,
        method: 'POST',
        // Compressed, several events would arrive at once.
        headers: { ...headers, 'accept-encoding': 'identity', ...ofBody },
        body,
      },
      createHandler(exchange, options, signal, answered),
    )
    await connection.ready
    let kind: LaneStartKind = 'cold'
    await options.ready({
      stage() {
        if (!signal?.aborted) connection.stage()
      },
      leave() {
        if (signal?.aborted) return
        exchange.startNs = options.now()
        if (connection.release()) kind = exchange.isAwaited ? 'prepared' : 'warm'
        letGo()
        takeAsLeft(exchange, exchange.startNs)
      },
    })
    // A lane that was ended before the light has not left.
    if (exchange.startNs === null) throw toError(signal?.reason)
    options.onStart(exchange.startNs, kind)
    return answered.promise
  }

  return exchange
}

/**
 * An answer that came before the light, a refusal that needs no body, is stamped with the light, because a lane's times
 * begin at its start.
 */
function takeAsLeft(exchange: Exchange, startNs: bigint) {
  if (exchange.headersNs !== null) exchange.headersNs = startNs
  if (exchange.firstByteNs !== null) exchange.firstByteNs = startNs
  if (exchange.endNs > 0n) exchange.endNs = startNs
}

function createHandler(
  exchange: Exchange,
  options: ExchangeOptions,
  signal: AbortSignal | null,
  { resolve, reject }: Pick<PromiseWithResolvers<Response>, 'resolve' | 'reject'>,
): Dispatcher.DispatchHandler {
  let bytes = 0
  let sink: BodySink | null = null
  let inFlight: Dispatcher.DispatchController | null = null
  let isAborted = false

  const lay = (stampNs: bigint, work: () => void) => options.desk.lay(stampNs, work, fail)

  /** The answer cannot be read: the request is aborted, and the lane does not wait for more. */
  function fail(error: unknown) {
    const fault = error instanceof FrameTooLarge ? error : unreadable(error)
    exchange.networkError = fault
    inFlight?.abort(fault)
    reject(fault)
    sink?.end(fault)
  }

  /** An abort from this side: the error that follows is not the network's. */
  function abort(controller: Dispatcher.DispatchController, reason: unknown) {
    isAborted = true
    controller.abort(toError(reason))
  }

  function onAbort() {
    // undici fails an aborted request only once it has a connection, and connecting can take ten seconds to fail.
    reject(toError(signal?.reason))
    if (inFlight) abort(inFlight, signal?.reason)
  }
  signal?.addEventListener('abort', onAbort, { once: true })

  function finish(error: Error | null) {
    // The SDK's signal is composed of others, and Node keeps such a signal while somebody listens: with the listener it
    // would keep all that the lane has read.
    signal?.removeEventListener('abort', onAbort)
    exchange.endNs = options.now()
    options.connection.noteHeard()
    exchange.hasClosed = error === null
    if (!isAborted) exchange.networkError = error
    lay(exchange.endNs, () => {
      if (sink) sink.end(error)
      else reject(error)
    })
  }

  function answer(controller: Dispatcher.DispatchController) {
    const { status, contentType } = exchange
    const isStream = options.wantsStream && (status ?? 0) < 300 && !/\bjson\b/.test(contentType)
    sink = isStream
      ? createFrameSink(exchange, resolve, (reason) => abort(controller, reason), lay)
      : createWholeSink(exchange, resolve, reject)
  }

  return {
    onRequestStart(controller) {
      inFlight = controller
      if (signal?.aborted) abort(controller, signal.reason)
    },
    onResponseStart(controller, status, headers) {
      // 102 Processing: the gateway waits for the signal. Neither that nor 103 Early Hints is the answer.
      if (status === 102 && exchange.startNs === null) exchange.isAwaited = true
      options.connection.noteHeard()
      if (status < 200) return
      const stampNs = options.now()
      exchange.headersNs = stampNs
      options.onRead()
      exchange.status = status
      lay(stampNs, () => {
        exchange.headers = toHeaders(headers)
        exchange.contentType = exchange.headers.get('content-type') ?? ''
        answer(controller)
      })
    },
    onResponseData(controller, chunk) {
      const stampNs = options.now()
      exchange.firstByteNs ??= stampNs
      options.onRead()
      bytes += chunk.length
      if (bytes > options.responseBytesMax) return controller.abort(tooLarge(options.responseBytesMax))
      lay(stampNs, () => sink?.push(chunk, stampNs))
    },
    onResponseEnd: () => finish(null),
    onResponseError: (_controller, error) => finish(error),
  }
}

function toHeaders(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    for (const one of [value ?? []].flat()) headers.append(name, one)
  }
  return headers
}

function tooLarge(bytesMax: number): LaneFault {
  return new LaneFault({
    code: 'answer_too_large',
    message: `The answer is larger than ${Math.round(bytesMax / 1024 / 1024)} MiB, so the lane was ended. Lower maxTokens.`,
  })
}

function unreadable(error: unknown): LaneFault {
  return new LaneFault({
    code: 'unreadable_answer',
    message: `The answer cannot be read: ${readable(toError(error).message)} Look at what stands between the gateway and the model.`,
  })
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
