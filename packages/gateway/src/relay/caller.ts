/**
 * The caller's end of a stream. Nothing is promised before the first token: the head and all frames before it are held
 * back, so that until then the call can still be answered by an error with its right status.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { flush, isGone, whenDrained } from '@drag-race/wire'
import { CallerGone, callerLeft } from '../errors.ts'

export interface Caller {
  /** In one write. Throws `CallerGone`; null when there is nothing to wait for, else until a slow caller has read. */
  write(frames: Uint8Array[]): Promise<void> | null
  /** The answer has begun: what was held goes out with the next write, and later frames pass at once. */
  begin(): void
  /** Sends what is left, with these frames behind it, and ends. */
  end(frames: Uint8Array[]): void
}

/** More than this before the first token (comments, odd chunks) is not worth holding back. */
const heldBytesMax = 64 * 1024
/** A caller that takes nothing for so long is dropped, and with it the provider's stream. */
const drainMsMax = 30_000

export function createCaller(response: ServerResponse, head: () => OutgoingHttpHeaders): Caller {
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
      if (frames.length === 0 && held.length === 0) return null
      for (const frame of frames) heldBytes += frame.length
      if (!hasBegun && heldBytes <= heldBytesMax) {
        held.push(...frames)
        return null
      }
      if (isGone(response)) throw callerLeft
      const hasRoom = response.write(takeAll(frames))
      flush(response)
      return hasRoom ? null : untilRead(response)
    },
    end(frames) {
      response.end(takeAll(frames))
    },
  }
}

async function untilRead(response: ServerResponse): Promise<void> {
  const written = await whenDrained(response, drainMsMax)
  if (written === 'closed') throw callerLeft
  if (written === 'too slow') throw new CallerGone('too slow')
}
