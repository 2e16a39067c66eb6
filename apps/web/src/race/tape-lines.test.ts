import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTapeLines, readTapeLines } from './tape-lines.ts'

test('gives every event once, in order, however the bytes are cut, and no half line', async () => {
  const events = Array.from({ length: 40 }, (_, seq) => ({ seq, content: `Ä\n\u2028${'x'.repeat(seq)}` }))
  const bytes = new TextEncoder().encode(
    `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"seq":99`,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), async (sizes) => {
      async function* slices() {
        for (let offset = 0, turn = 0; offset < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!
          yield bytes.subarray(offset, offset + size)
          offset += size
        }
      }
      const read: unknown[] = []
      for await (const piece of readTapeLines(slices())) read.push(...piece)
      expect(read).toEqual(events)
    }),
  )
})

test('an empty text has no lines', () => {
  expect(parseTapeLines('')).toEqual([])
  expect(parseTapeLines('\n')).toEqual([])
})
