import { Writable } from 'node:stream'
import type { Response } from 'express'
import { expect, onTestFinished, test, vi } from 'vitest'
import { drainMsMax, sendPieces } from './send-tape.ts'

test.each([
  ['text', 'ä'.repeat(500_000)],
  ['bytes', Buffer.alloc(1_000_000, 'x')],
])('a reader that takes a long piece of %s slowly, but all the time, gets all of it', async (_, piece) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const taken: Buffer[] = []
  const reader = new Writable({
    highWaterMark: 1,
    write(bytes: Buffer, _encoding, done) {
      taken.push(bytes)
      setTimeout(done, (bytes.length / 300_000) * drainMsMax)
    },
  })
  const sending = sendPieces(reader as Response, pieces(piece))
  await vi.advanceTimersByTimeAsync(20 * drainMsMax)
  await sending
  expect(Buffer.concat(taken).equals(Buffer.from(piece))).toBe(true)
  expect(reader.writableFinished).toBe(true)
})

async function* pieces(piece: string | Uint8Array) {
  yield piece
}
