/**
 * Sends a tape to one viewer as Server-Sent Events, no faster than it reads. A viewer that reads nothing is dropped,
 * and can come back for the rest with Last-Event-ID; no race waits for it.
 */
import { encodeComment, encodeEvent, writeWhenReady } from '@drag-race/wire'
import type { Response } from 'express'
import type { TapePage } from '../history/tape-parts.ts'

/** How long a viewer can read nothing before it is dropped. At most one page (some 60 kB) waits for it meanwhile. */
export const drainMsMax = 15_000

export async function sendTape(
  response: Response,
  pages: AsyncIterable<TapePage>,
  drainMs: number,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would hold the events back.
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  // Of a race that runs, the events would hold the connection to its end.
  if (response.req.method === 'HEAD') return void response.end()
  await sendPieces(response, encodePages(pages), drainMs)
}

/** A finished tape as JSON lines, in big pieces: on both sides a third of the work of a frame for each event. */
export async function sendPieces(
  response: Response,
  pieces: AsyncIterable<string | Uint8Array>,
  drainMs = drainMsMax,
): Promise<void> {
  for await (const piece of pieces) {
    for (const bytes of toWrites(piece)) {
      const written = await writeWhenReady(response, bytes, drainMs)
      if (written === 'closed') return
      if (written === 'too slow') {
        response.destroy()
        return
      }
    }
  }
  response.end()
}

/** A reader must take one write within `drainMs`: in writes of megabytes, one that reads slowly would be dropped too. */
const writeBytesMax = 256 * 1024

function* toWrites(piece: string | Uint8Array): Generator<Uint8Array> {
  const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
  for (let from = 0; from < bytes.length; from += writeBytesMax) {
    yield bytes.subarray(from, from + writeBytesMax)
  }
}

async function* encodePages(pages: AsyncIterable<TapePage>) {
  for await (const page of pages) yield encodePage(page)
}

/** A page without lines means that nothing came for a while: a comment then keeps proxies from closing. */
function encodePage({ fromSeq, lines }: TapePage): string {
  if (lines.length === 0) return encodeComment('still racing')
  return lines.map((data, index) => encodeEvent({ id: fromSeq + index, data })).join('')
}
