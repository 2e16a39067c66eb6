/**
 * Where the bytes of a response go: into frames that the SDK takes one by one, or into one body. Neither ever holds up the
 * network.
 */
import { createFrameSplitter, readFrame } from '@drag-race/wire'
import type { Exchange } from './exchange.ts'

export interface BodySink {
  push(chunk: Uint8Array, stampNs: bigint): void
  end(error: Error | null): void
}

/** After `[DONE]` the rest of the body is let run out, so that the connection can be used again; not longer than this. */
const drainMsMax = 1_000

/** Answers at once, with a body that gives one frame a read. */
export function createFrameSink(
  exchange: Exchange,
  resolve: (response: Response) => void,
  abort: (reason: string) => void,
): BodySink {
  const splitter = createFrameSplitter()
  /** Bounded by `responseBytesMax`. Read by an index: shift() would move the whole queue for each frame of it. */
  let arrived: { frame: Uint8Array; stampNs: bigint }[] = []
  let nextIndex = 0
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  let isAsked = false
  let hasEnded = false
  let isCancelled = false
  let error: Error | null = null

  function deliver() {
    if (!isAsked || isCancelled || !controller) return
    const next = arrived[nextIndex++]
    if (next) {
      isAsked = false
      exchange.readingNs = next.stampNs
      exchange.reading = next.frame
      exchange.isDone ||= isDoneFrame(next.frame)
      controller.enqueue(next.frame)
      return
    }
    arrived = []
    nextIndex = 0
    if (hasEnded) {
      isCancelled = true
      if (error) controller.error(error)
      else controller.close()
    }
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(streamController) {
        controller = streamController
      },
      pull() {
        isAsked = true
        deliver()
      },
      cancel() {
        isCancelled = true
        arrived = []
        if (hasEnded) return
        if (exchange.isDone) setTimeout(() => abort('nothing follows [DONE]'), drainMsMax).unref()
        else abort('the lane stopped reading')
      },
    },
    { highWaterMark: 0 },
  )
  resolve(new Response(body, { status: exchange.status ?? 200, headers: exchange.headers }))

  return {
    push(chunk, stampNs) {
      if (isCancelled) return
      for (const frame of splitter.push(chunk)) arrived.push({ frame, stampNs })
      deliver()
    },
    end(cause) {
      hasEnded = true
      error = cause
      const rest = error ? new Uint8Array(0) : splitter.rest()
      if (isWhole(rest)) arrived.push({ frame: rest, stampNs: exchange.endNs })
      deliver()
    },
  }
}

/** Answers when the whole body is there. */
export function createWholeSink(
  exchange: Exchange,
  resolve: (response: Response) => void,
  reject: (error: unknown) => void,
): BodySink {
  const chunks: Uint8Array[] = []
  return {
    push(chunk, stampNs) {
      exchange.readingNs = stampNs
      chunks.push(chunk)
    },
    end(error) {
      exchange.body = Buffer.concat(chunks).toString('utf8')
      if (error) return reject(error)
      const status = exchange.status ?? 200
      const isBodyless = status === 204 || status === 205 || status === 304
      // Above 599 a Response takes none; the exchange keeps the real one.
      const init = { status: Math.min(status, 599), headers: exchange.headers }
      resolve(new Response(isBodyless ? null : exchange.body, init))
    },
  }
}

/** The last event may come without its blank line; half an event is none. */
function isWhole(rest: Uint8Array): boolean {
  if (rest.length === 0) return false
  const { data } = readFrame(rest)
  if (data === null || data === '[DONE]') return data !== null
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}

/** `data: [DONE]` and its line ends; longer frames need not be looked into. */
function isDoneFrame(frame: Uint8Array): boolean {
  return frame.length <= 64 && readFrame(frame).data === '[DONE]'
}
