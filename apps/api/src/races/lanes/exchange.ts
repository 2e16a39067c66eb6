/**
 * One HTTP exchange of a lane, as the `fetch` that the openai SDK is given, with a stamp for everything that arrives.
 *
 * Bytes are stamped where undici's parser hands them over, before anything is read out of them. A stream is cut into its
 * frames there, and the SDK gets them one by one, each when it asks for it: `readingNs` is always the stamp of the network
 * read that completed the frame in the SDK's hands. Reading never waits for the SDK, so nothing is measured slowly because
 * it is parsed slowly.
 */
import type { Dispatcher } from 'undici'
import { type BodySink, createFrameSink, createWholeSink } from './body-sinks.ts'
import { LaneFault } from './lane-fault.ts'

export interface Exchange {
  /** For the SDK. Waits at the start line; rejects with the network's own error. */
  fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** null: the request has not left. */
  startNs: bigint | null
  /** The network read of the frame that the SDK reads now. */
  readingNs: bigint
  /** That frame: errors are read from it, not from what the SDK makes of them. */
  reading: Uint8Array
  /** When the last byte of the body, or the news that none will come, arrived. */
  endNs: bigint
  /** `[DONE]` was among the frames. */
  isDone: boolean
  status: number | null
  contentType: string
  headers: Headers
  /** The body when it was no stream: errors, answers that do not stream. */
  body: string
  /** What the network did; null when the response ended as it should. */
  networkError: Error | null
}

export interface ExchangeOptions {
  dispatcher: Dispatcher
  wantsStream: boolean
  responseBytesMax: number
  now(): bigint
  /** Resolves at the green light. */
  ready(): Promise<void>
  onStart(startNs: bigint): void
  onRead(): void
}

export function createExchange(options: ExchangeOptions): Exchange {
  const exchange: Exchange = {
    fetch,
    startNs: null,
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
    await options.ready()
    init.signal?.throwIfAborted()
    exchange.startNs = options.now()
    options.onStart(exchange.startNs)
    return new Promise((resolve, reject) => {
      options.dispatcher.dispatch(
        {
          origin,
          path: pathname + search,
          method: 'POST',
          // Compressed events would arrive in lumps.
          headers: { ...headers, 'accept-encoding': 'identity' },
          body: init.body as string,
        },
        createHandler(exchange, options, init.signal ?? null, resolve, reject),
      )
    })
  }

  return exchange
}

function createHandler(
  exchange: Exchange,
  options: ExchangeOptions,
  signal: AbortSignal | null,
  resolve: (response: Response) => void,
  reject: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  let bytes = 0
  let sink: BodySink | null = null
  let isAborted = false

  /** From this side: what comes of it is not the network's doing. */
  function abort(controller: Dispatcher.DispatchController, reason: unknown) {
    isAborted = true
    controller.abort(toError(reason))
  }

  function finish(error: Error | null) {
    exchange.endNs = options.now()
    if (!isAborted) exchange.networkError = error
    if (sink) sink.end(error)
    else reject(error)
  }

  return {
    onRequestStart(controller) {
      const onAbort = () => abort(controller, signal?.reason)
      if (signal?.aborted) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
    },
    onResponseStart(controller, status, headers) {
      // 100 Continue and 103 Early Hints are not the answer.
      if (status < 200) return
      options.onRead()
      exchange.status = status
      exchange.headers = toHeaders(headers)
      exchange.contentType = exchange.headers.get('content-type') ?? ''
      const isStream = options.wantsStream && status < 300 && !/\bjson\b/.test(exchange.contentType)
      sink = isStream
        ? createFrameSink(exchange, resolve, (reason) => abort(controller, reason))
        : createWholeSink(exchange, resolve, reject)
    },
    onResponseData(controller, chunk) {
      const stampNs = options.now()
      options.onRead()
      bytes += chunk.length
      try {
        if (bytes > options.responseBytesMax) throw tooLarge(options.responseBytesMax)
        sink?.push(chunk, stampNs)
      } catch (error) {
        controller.abort(toError(error))
      }
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

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
