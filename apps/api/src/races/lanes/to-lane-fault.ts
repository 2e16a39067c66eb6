/**
 * Turns whatever ended a lane into one fault: what happened, what was done, what to do. Errors are read from the bytes
 * that came, not from the client library's errors: it knows one shape of error, and providers send a dozen.
 */
import { type ChunkError, parseJsonOrNull, readError } from '@drag-race/contracts'
import { FrameTooLarge, readFrame } from '@drag-race/wire'
import { toConnectionWords } from '../../connection-words.ts'
import { CutStream } from './cut-stream.ts'
import type { Exchange } from './exchange.ts'
import { toHttpFault } from './http-fault.ts'
import { emptyResponse, LaneFault } from './lane-fault.ts'
import type { LaneStop } from './messages.ts'
import { readable, toCode } from './readable.ts'

export interface Circumstances {
  exchange: Exchange
  /** Why the lane was aborted; null when it was not. */
  abortReason: LaneFault | LaneStop | null
  gatewayUrl: string
  /** Chunks that had arrived. */
  chunks: number
}

export function toLaneFault(cause: unknown, circumstances: Circumstances): LaneFault {
  const { exchange, abortReason, gatewayUrl, chunks } = circumstances
  if (abortReason) return abortReason instanceof LaneFault ? abortReason : new LaneFault(abortReason)
  if (cause instanceof LaneFault) return cause
  const { networkError, status } = exchange
  if (networkError instanceof LaneFault) return networkError
  if (networkError instanceof FrameTooLarge) return eventTooLarge
  // Before the network's error: a refusal can be cut too, and says more than the cut.
  if (status !== null && status >= 300) return toHttpFault(exchange, status)
  if (networkError) return status === null ? unreachable(networkError, gatewayUrl) : cut(chunks, true)
  if (cause instanceof CutStream) return unfinished(exchange, chunks)
  const said = readFrameError(exchange.reading)
  if (said) return toStreamFault(said)
  if (cause instanceof SyntaxError) return malformed(chunks)
  return new LaneFault({
    code: 'lane_failed',
    message: `The lane failed: ${readable(cause instanceof Error ? cause.message : String(cause))}`,
    status,
  })
}

/** An error inside a stream, or inside a body that came with status 200. */
export function toStreamFault({ message, code, status }: ChunkError): LaneFault {
  const said = readable(message) || 'The provider ended the answer with an error that cannot be read.'
  return new LaneFault({
    code: toCode(code) ?? 'provider_error',
    message: `${said} What had arrived stays.`,
    status,
  })
}

/**
 * `data: {"error": …}`, `event: error` with any data, and llama-box's `error: {…}`, a field that is in no standard.
 */
function readFrameError(bytes: Uint8Array): ChunkError | null {
  const frame = readFrame(bytes)
  const field = frame.unknown.find(({ field }) => field === 'error')
  const text = field?.value ?? frame.data ?? ''
  const raw = parseJsonOrNull(text)
  if (field || frame.event === 'error') return readError(raw) ?? readError({ error: raw ?? text })
  return readError(raw)
}

/** The stream ended without an error of the network, but without a finish reason too. */
function unfinished(exchange: Exchange, chunks: number): LaneFault {
  if (exchange.body !== '') {
    const error = readError(parseJsonOrNull(exchange.body))
    return error ? toStreamFault(error) : notAStream
  }
  const said = readFrameError(exchange.reading)
  if (said) return toStreamFault(said)
  return exchange.reading.length === 0 ? emptyResponse(exchange.status) : cut(chunks, false)
}

function cut(chunks: number, isBroken: boolean): LaneFault {
  const how = isBroken ? 'the connection broke' : 'it ended without a finish reason'
  return new LaneFault({
    code: 'stream_cut',
    message: `The answer was cut after ${chunks} chunks: ${how}. What had arrived stays; run the race again for a whole one.`,
  })
}

function malformed(chunks: number): LaneFault {
  return new LaneFault({
    code: 'malformed_stream',
    message: `An event after ${chunks} chunks was not JSON, so the lane was ended. What had arrived stays. Look at what stands between the gateway and the model.`,
  })
}

const notAStream = new LaneFault({
  code: 'not_a_stream',
  message:
    'The gateway answered with one JSON body where a stream was asked for. Turn streaming off for this lane.',
  status: 200,
})

const eventTooLarge = new LaneFault({
  code: 'event_too_large',
  message: 'One event of the stream is larger than 16 MiB, so the lane was ended.',
})

function unreachable(error: Error, gatewayUrl: string): LaneFault {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'EMFILE' || code === 'ENFILE') return outOfFileHandles
  const how = toConnectionWords(error)
  if (how === null && /SOCKET|ECONNRESET|EPIPE/.test(code)) {
    return new LaneFault({
      code: 'connection_lost',
      message: `The gateway at ${gatewayUrl} closed the connection before it answered. Run the race again; if that does not help, look at the gateway's log.`,
    })
  }
  return new LaneFault({
    code: 'gateway_unreachable',
    message: `Cannot reach the gateway at ${gatewayUrl}: ${how ?? readable(error.message).replace(/\.$/, '')}. Is it running? Start it, or set GATEWAY_URL to where it is.`,
  })
}

const outOfFileHandles = new LaneFault({
  code: 'out_of_file_handles',
  message:
    'The app has no file handle left for this lane. Raise its limit (`ulimit -n`), or race fewer lanes.',
})
