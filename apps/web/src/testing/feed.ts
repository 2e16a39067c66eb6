/** The race that the tests of a feed follow, and its bytes as a server would send them. */
import type { RaceEvent } from '@drag-race/contracts'
import { encodeComment, encodeEvent } from '@drag-race/wire'
import { makeTape } from './tape.ts'

const utf8 = new TextEncoder()
export const request = { prompt: 'p', lanes: [{ model: 'm' }] }
export const tape = makeTape({
  lanes: [
    { model: 'a', tokensAt: [10, 20, 30, 40, 50], end: 'done' },
    { model: 'b', tokensAt: [15, 35], end: 'failed' },
  ],
})

export function toBytes(events: readonly RaceEvent[]): Uint8Array<ArrayBuffer> {
  const text = events.map((event) => encodeEvent({ id: event.seq, data: JSON.stringify(event) }))
  return utf8.encode(encodeComment('hello') + text.join(''))
}
