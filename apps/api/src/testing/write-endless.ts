import type { ServerResponse } from 'node:http'
import { writeWhenReady } from '@drag-race/wire'

const piece = Buffer.alloc(1024 * 1024, ' ')

/** As fast as it is read, until the reader leaves. Resolves to the bytes that were taken. */
export async function writeEndless(response: ServerResponse): Promise<number> {
  let bytes = 0
  while ((await writeWhenReady(response, piece, 10_000)) === 'written') bytes += piece.length
  return bytes
}
