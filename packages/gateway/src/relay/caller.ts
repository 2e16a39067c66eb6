/**
 * The caller's end of a stream. Before the first token nothing is sent: the head and all earlier frames are held back,
 * so that the call can still be answered by an error with its right status.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { flush, isGone, whenDrained } from '@drag-race/wire'
import { CallerGone, callerLeft } from '../errors.ts'
import type { StopSignal } from '../stop.ts'

export interface Caller {
  /**
   * Sends the frames in one write, unless they are very long. Throws `CallerGone`. null when there is nothing to wait
   * for; otherwise it resolves when a slow caller has read.
   */
  write(frames: Uint8Array[]): Promise<void> | null
  /** The answer has begun: what was held back is sent with the next write, and later frames are sent at once. */
  begin(): void
  /** Sends what was held back and these frames, and ends the response. */
  end(frames: Uint8Array[]): void
}

/** More than this before the first token (comments, odd chunks) is not worth holding back. */
const heldBytesMax = 64 * 1024
/** A caller that reads nothing for so long is dropped, and with it the provider's stream. */
const drainMsMax = 30_000
/** What is longer is written piece by piece, so that a caller that reads it slowly is seen to read all the time. */
const pieceBytesMax = 256 * 1024

/** `signal`: aborted when the call's time is over. */
export function createCaller(
  response: ServerResponse,
  signal: StopSignal,
  head: () => OutgoingHttpHeaders,
): Caller {
  let held: Uint8Array[] = []
  let heldBytes = 0
  let hasBegun = false

  const takeAll = (frames: Uint8Array[]): Uint8Array => {
    const all = held.length > 0 ? [...held, ...frames] : frames
    held = []
    if (!response.headersSent) response.writeHead(200, head())
    return all.length === 1 ? all[0]! : Buffer.concat(all)
  }
  return {
    begin() {
      hasBegun = true
    },
    write(frames) {
      if (frames.length === 0) return null
      for (const frame of frames) heldBytes += frame.length
      if (!hasBegun && heldBytes <= heldBytesMax) {
        held.push(...frames)
        return null
      }
      if (isGone(response)) throw callerLeft
      const bytes = takeAll(frames)
      return bytes.length <= pieceBytesMax ? send(response, bytes) : sendInPieces(response, signal, bytes)
    },
    end(frames) {
      response.end(takeAll(frames))
    },
  }
}

/** Ends with the call's time: a caller that reads a few bytes a second would keep a long answer in memory for hours. */
async function sendInPieces(response: ServerResponse, signal: StopSignal, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytesMax) {
    // No error event can follow, because half a frame might have been sent already.
    if (signal.aborted) throw new CallerGone('caller_too_slow')
    await send(response, bytes.subarray(at, at + pieceBytesMax))
  }
}

function send(response: ServerResponse, bytes: Uint8Array): Promise<void> | null {
  const hasRoom = response.write(bytes)
  flush(response)
  return hasRoom ? null : untilRead(response)
}

async function untilRead(response: ServerResponse): Promise<void> {
  const written = await whenDrained(response, drainMsMax)
  if (written === 'closed') throw callerLeft
  if (written === 'too slow') throw new CallerGone('caller_too_slow')
}
