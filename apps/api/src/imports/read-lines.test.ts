import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Line, readLines } from './read-lines.ts'

async function read(pieces: Iterable<Uint8Array>, bytesMax = 1_000): Promise<Line[]> {
  const lines: Line[] = []
  for await (const more of readLines(toBody(pieces), bytesMax)) lines.push(...more)
  return lines
}

async function* toBody(pieces: Iterable<Uint8Array>) {
  yield* pieces
}

const toBytes = (text: string) => new TextEncoder().encode(text)
const ended = (text: string): Line => ({ text, isEnded: true })

test('a file has the same lines in whatever pieces it comes', async () => {
  const parts = fc.array(fc.constantFrom('a', '{"b":1}', 'é', '馬', '😀', '\n', '\r\n'), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(parts, fc.array(fc.nat(40), { maxLength: 8 }), async (written, cuts) => {
      const text = written.join('')
      const bytes = toBytes(text)
      const ends = [...cuts.toSorted((a, b) => a - b), bytes.length]
      const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
      const all = text.split('\n')
      const open = all.pop()!
      const lines = all.map((line) => ended(line.replace(/\r$/, '')))
      expect(await read(pieces)).toEqual(open === '' ? lines : [...lines, { text: open, isEnded: false }])
    }),
  )
})

test('other work has its turn after each piece', async () => {
  let turns = 0
  setImmediate(() => turns++)
  const seen: number[] = []
  for await (const _ of readLines(toBody([toBytes('a\n'), toBytes('b\n')]), 10)) seen.push(turns)
  expect(seen).toEqual([0, 1])
})

test('half a character at the end of a file is left out', async () => {
  expect(await read([toBytes('a\n馬馬').subarray(0, 7)])).toEqual([
    ended('a'),
    { text: '馬', isEnded: false },
  ])
})

test('a file of the greatest length is read, and one that is longer by a byte is not', async () => {
  expect(await read([toBytes('ab\n'), toBytes('cd\n')], 6)).toEqual([ended('ab'), ended('cd')])
  await expect(read([toBytes('ab\n'), toBytes('cde\n')], 6)).rejects.toMatchObject({ code: 'tape_too_large' })
})
