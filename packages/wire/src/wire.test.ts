import { PassThrough, Readable, Writable } from 'node:stream'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  createFrameSplitter,
  decodeEvents,
  encodeComment,
  encodeEvent,
  FrameTooLarge,
  readFrame,
  writeWhenReady,
} from './index.ts'

const utf8 = new TextEncoder()
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Cuts bytes at these fractions of their length. */
function cut(bytes: Uint8Array, fractions: number[]): Uint8Array[] {
  const places = [
    0,
    ...fractions.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ]
  return places.slice(1).map((end, index) => bytes.slice(places[index]!, end))
}

function split(pieces: Uint8Array[]) {
  const splitter = createFrameSplitter()
  const frames = pieces.flatMap((piece) => splitter.push(piece))
  return { frames: frames.map(text), rest: text(splitter.rest()) }
}

/** The frames as a reader sees them, however the blank lines between them were cut. */
const heard = ({ frames }: { frames: string[] }) =>
  frames
    .map((frame) => readFrame(utf8.encode(frame)))
    .filter(({ data, comments }) => data !== null || comments > 0)

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const eventText = fc
  .tuple(
    fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n]/g, ' ')),
      { maxLength: 3 },
    ),
    lineEnd,
  )
  .map(([lines, end]) => `${lines.map((line) => `data: ${line}${end}`).join('')}: x${end}${end}`)
const fractions = fc.array(
  fc.nat(1_000).map((thousandths) => thousandths / 1_000),
  { maxLength: 12 },
)

test('frames are the same however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(eventText, { maxLength: 6 }), fractions, (events, places) => {
      const bytes = utf8.encode(events.join(''))
      const whole = split([bytes])
      expect(whole.frames.join('') + whole.rest).toBe(text(bytes))
      const sliced = split(cut(bytes, places))
      expect(sliced.frames.join('') + sliced.rest).toBe(text(bytes))
      expect(heard(sliced)).toEqual(heard(whole))
      const byByte = split([...bytes].map((byte) => Uint8Array.of(byte)))
      expect(byByte.frames.join('') + byByte.rest).toBe(text(bytes))
      expect(heard(byByte)).toEqual(heard(whole))
    }),
  )
})

test('each event is a frame of its own, whichever line end closes it', () => {
  const { frames } = split([utf8.encode('data: a\n\ndata: b\r\n\r\n: ping\n\ndata:c\n\n')])
  expect(frames).toEqual(['data: a\n\n', 'data: b\r\n\r\n', ': ping\n\n', 'data:c\n\n'])
})

test('a CRLF cut between reads closes no event early', () => {
  const frames = ['data: a\r', '\n', 'data: b\r', '\n\r', '\n', 'data: c\r\n\r\n'].map((piece) =>
    utf8.encode(piece),
  )
  const { frames: found } = split(frames)
  expect(found.map((frame) => readFrame(utf8.encode(frame)).data)).toEqual(['a\nb', 'c'])
})

test('blank lines behind an event are one frame, however many', () => {
  const blank = '\n'.repeat(20)
  for (const lines of [blank, blank.replaceAll('\n', '\r\n'), blank.replaceAll('\n', '\r')]) {
    const { frames, rest } = split([
      utf8.encode(`data: a\n\n${lines}data: b\n\n${lines}`),
      utf8.encode(lines),
    ])
    expect(frames).toEqual(['data: a\n\n', lines, 'data: b\n\n', lines, lines])
    expect(rest).toBe('')
  }
})

test('what follows the last blank line is the rest', () => {
  expect(split([utf8.encode('data: a\n\ndata: [DONE]\n')])).toEqual({
    frames: ['data: a\n\n'],
    rest: 'data: [DONE]\n',
  })
})

test('an event without end is refused, not collected', () => {
  const splitter = createFrameSplitter(10)
  splitter.push(utf8.encode('data: 123'))
  splitter.push(utf8.encode('4'))
  expect(() => splitter.push(utf8.encode('5'))).toThrow(FrameTooLarge)
})

test('an event that comes byte by byte takes no more memory than its bytes', () => {
  const splitter = createFrameSplitter()
  const letter = utf8.encode('x')
  const heldBefore = process.memoryUsage().heapUsed
  for (let byte = 0; byte < 500_000; byte++) splitter.push(letter)
  expect(process.memoryUsage().heapUsed - heldBefore).toBeLessThan(64 * 1024 * 1024)
  expect(splitter.rest()).toHaveLength(500_000)
})

test.each([
  ['', true],
  ['data: a', false],
  ['data: a\n\n', true],
  ['data: a\n\ndata', false],
  // The LF of a CRLF can still come: it belongs to this frame.
  ['data: a\r\r', false],
])('after %j a frame begins: %s', (bytes, isBetween) => {
  const splitter = createFrameSplitter()
  expect(splitter.isBetween).toBe(true)
  splitter.push(utf8.encode(bytes))
  expect(splitter.isBetween).toBe(isBetween)
  splitter.rest()
  expect(splitter.isBetween).toBe(true)
})

test('a frame has its data, its comments and its unknown fields', () => {
  expect(readFrame(utf8.encode(': ping\n\n'))).toMatchObject({ data: null, comments: 1 })
  expect(readFrame(utf8.encode('event: error\ndata:{"a":1}\n\n'))).toMatchObject({
    event: 'error',
    data: '{"a":1}',
  })
  expect(readFrame(utf8.encode('error: {"detail":"x"}\n\n')).unknown).toEqual([
    { field: 'error', value: '{"detail":"x"}' },
  ])
  expect(readFrame(utf8.encode('data: [DONE]\n')).data).toBe('[DONE]')
})

test('what is encoded is decoded, line ends included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.nat(), fractions, async (data, id, places) => {
      const bytes = utf8.encode(encodeComment('hello\nworld') + encodeEvent({ data, id, event: 'note' }))
      const events = []
      for await (const read of decodeEvents(stream(cut(bytes, places)))) events.push(...read)
      expect(events).toMatchObject([{ data: data.replace(/\r\n|\r/g, '\n'), id: String(id), event: 'note' }])
    }),
  )
})

test('only fields that are not in the standard are kept, in their order', () => {
  const frame = readFrame(utf8.encode('error: {"a":\ndetail\nretry: soon\nid: 7\n\n'))
  expect(frame.unknown).toEqual([
    { field: 'error', value: '{"a":' },
    { field: 'detail', value: '' },
  ])
})

test('an event without a name or a number is encoded without them, and an unknown field is ignored', async () => {
  expect(encodeEvent({ data: 'x' })).toBe('data: x\n\n')
  const events = []
  for await (const read of decodeEvents(stream([utf8.encode('error: no\ndata: a\n\n')]))) events.push(...read)
  expect(events.map(({ data }) => data)).toEqual(['a'])
})

test('half an event at the end of a stream is no event', async () => {
  const events = []
  for await (const read of decodeEvents(stream([utf8.encode('data: a\n\ndata: hal')]))) events.push(...read)
  expect(events.map(({ data }) => data)).toEqual(['a'])
})

test('an event without end is refused where it is decoded, too', async () => {
  const endless = Array.from({ length: 17 }, () => new Uint8Array(1024 * 1024).fill(97))
  const decoding = decodeEvents(Readable.from([Buffer.from('data: '), ...endless]))
  await expect(decoding.next()).rejects.toThrow(FrameTooLarge)
})

test('waits for drain before it says written', async () => {
  const socket = new PassThrough({ highWaterMark: 4 })
  let isWritten = false
  const writing = writeWhenReady(socket, 'longer than four', 10_000).then((written) => {
    isWritten = true
    return written
  })
  await new Promise(setImmediate)
  expect(isWritten).toBe(false)
  socket.resume()
  expect(await writing).toBe('written')
})

test('a peer that leaves while we wait is not waited for', async () => {
  const socket = new PassThrough({ highWaterMark: 4 })
  const writing = writeWhenReady(socket, 'longer than four', 10_000)
  socket.destroy()
  expect(await writing).toBe('closed')
  expect(await writeWhenReady(socket, 'x', 10_000)).toBe('closed')
})

test('no timer stays behind what was written', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const socket = new PassThrough({ highWaterMark: 4 })
  const writing = writeWhenReady(socket, 'longer than four', 10_000)
  socket.resume()
  await writing
  expect(vi.getTimerCount()).toBe(0)
})

test('nothing is written after the end', async () => {
  const socket = new PassThrough()
  socket.end()
  expect(await writeWhenReady(socket, 'x', 10_000)).toBe('closed')
})

test('a reader that reads nothing is too slow, and no listener stays behind', async () => {
  const socket = new Writable({ highWaterMark: 1, write() {} })
  expect(await writeWhenReady(socket, 'never taken', 1)).toBe('too slow')
  expect(socket.listenerCount('drain') + socket.listenerCount('close') + socket.listenerCount('error')).toBe(
    0,
  )
})

async function* stream(pieces: Uint8Array[]) {
  yield* pieces
}
