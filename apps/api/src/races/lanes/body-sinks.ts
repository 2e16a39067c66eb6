/**
 * Where the bytes of a response go: into frames that the SDK takes one by one, or into one body. Neither ever makes the
 * network wait.
 */
import { parseJsonOrNull } from '@drag-race/contracts'
import { createFrameSplitter, readFrame } from '@drag-race/wire'
import { isDoneFrame, toSdkFrame } from './sdk-frame.ts'

/** What is recorded of a response while it arrives. */
export interface Arrivals {
  status: number | null
  headers: Headers
  /** When the status line and headers arrived, and the first bytes of the body; null until then. */
  headersNs: bigint | null
  firstByteNs: bigint | null
  /** When the frame that the SDK reads now was read from the network. */
  readingNs: bigint
  /** That frame: errors are read from it, because the SDK knows only one shape of them. */
  reading: Uint8Array
  /** When the last byte of the body, or the news that none will come, arrived. */
  endNs: bigint
  /** `[DONE]` was among the frames. */
  isDone: boolean
  /** The body when it was no stream: errors, answers that do not stream; and bare JSON at the end of a stream. */
  body: string
}

export interface BodySink {
  push(chunk: Uint8Array, stampNs: bigint): void
  end(error: Error | null): void
}

/**
 * How long the rest of the body is read after `[DONE]`, so that the call is not aborted right after its answer.
 */
const drainMsMax = 1_000

/** Resolves at once, with a body that gives one frame at each read. */
export function createFrameSink(
  arrivals: Arrivals,
  resolve: (response: Response) => void,
  abort: (reason: string) => void,
  lay: (stampNs: bigint, work: () => void) => void,
): BodySink {
  const splitter = createFrameSplitter()
  /** At most `responseBytesMax`. Read by an index, because shift() would move the whole queue for each frame. */
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
      arrivals.readingNs = next.stampNs
      arrivals.reading = next.frame
      arrivals.isDone ||= isDoneFrame(next.frame)
      controller.enqueue(toSdkFrame(next.frame))
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
        // One frame in each turn: a lane that is behind must not keep the others' sockets waiting.
        const next = arrived[nextIndex]
        if (next || hasEnded) lay(next?.stampNs ?? arrivals.endNs, deliver)
      },
      cancel() {
        isCancelled = true
        arrived = []
        if (hasEnded) return
        if (arrivals.isDone) setTimeout(() => abort('nothing follows [DONE]'), drainMsMax).unref()
        else abort('the lane stopped reading')
      },
    },
    { highWaterMark: 0 },
  )
  // A Response with 204 or 205 takes no body. The exchange keeps the real status, and this body ends empty.
  const status = isBodyless(arrivals.status) ? 200 : (arrivals.status ?? 200)
  resolve(new Response(body, { status, headers: arrivals.headers }))

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
      if (isWhole(rest)) arrived.push({ frame: rest, stampNs: arrivals.endNs })
      // Some send an error, or the whole answer, as bare JSON where a stream was announced.
      else if (parseJsonOrNull(utf8.decode(rest)) !== null) arrivals.body = utf8.decode(rest)
      deliver()
    },
  }
}

/** Resolves when the whole body has arrived. */
export function createWholeSink(
  arrivals: Arrivals,
  resolve: (response: Response) => void,
  reject: (error: unknown) => void,
): BodySink {
  const chunks: Uint8Array[] = []
  return {
    push(chunk, stampNs) {
      arrivals.readingNs = stampNs
      chunks.push(chunk)
    },
    end(error) {
      arrivals.body = Buffer.concat(chunks).toString('utf8')
      if (error) return reject(error)
      const status = arrivals.status ?? 200
      // A Response takes no status above 599; the exchange keeps the real one.
      const init = { status: Math.min(status, 599), headers: arrivals.headers }
      resolve(new Response(isBodyless(status) ? null : arrivals.body, init))
    },
  }
}

const utf8 = new TextDecoder()

function isBodyless(status: number | null): boolean {
  return status === 204 || status === 205 || status === 304
}

/** The last event can come without its blank line; half an event does not count. */
function isWhole(rest: Uint8Array): boolean {
  if (rest.length === 0) return false
  if (isDoneFrame(rest)) return true
  const { data } = readFrame(rest)
  return data !== null && parseJsonOrNull(data) !== null
}
