import { expect, test } from 'vitest'
import { eventMessage, rawMessage, sum } from '../testing/event-message.ts'
import { createEventStreamDecoder } from './event-stream.ts'

const decode = (bytes: Uint8Array) => [...createEventStreamDecoder().push(bytes)]
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

// From AWS's own test vectors for the encoding: empty_message, payload_no_headers, payload_one_str_header.
test("decodes AWS's vectors", () => {
  expect(decode(hex('00000010 00000000 05c248eb 7d98c8ff'))).toMatchObject([{ headers: {} }])
  const [plain] = decode(hex('0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936'))
  expect(text(plain!.payload)).toBe("{'foo':'bar'}")
  const [typed] = decode(
    hex(
      '0000003d 00000020 07fd8396 0c636f6e74656e742d74797065 07 0010 6170706c69636174696f6e2f6a736f6e 7b27666f6f273a27626172277d 8d9c08b1',
    ),
  )
  expect(typed!.headers).toEqual({ 'content-type': 'application/json' })
  expect(text(typed!.payload)).toBe("{'foo':'bar'}")
})

test('passes over headers of every other type', () => {
  const named = (name: string, rest: string) =>
    `${Buffer.of(name.length).toString('hex')}${Buffer.from(name).toString('hex')}${rest}`
  const headers = hex(
    [
      named('t', '00'),
      named('f', '01'),
      named('byte', '02 cf'),
      named('short', '03 002a'),
      named('int', '04 0000a00c'),
      named('long', '05 0000000000a00c00'),
      named('bytes', '06 0003 010203'),
      named('time', '08 0000000000845fed'),
      named('uuid', '09 01020304050607080910111213141516'),
      named('word', '07 0002 6f6b'),
    ].join(''),
  )
  const [message] = decode(rawMessage(headers, Buffer.alloc(0)))
  expect(message!.headers).toEqual({ word: 'ok' })
})

test('keeps what came before a damaged message, and says that it is damaged', () => {
  const good = eventMessage({ a: 'b' }, 'one')
  for (const place of [0, 3, 8, 14, good.length - 1]) {
    const bad = Buffer.from(good)
    bad[place]! ^= 1
    const found: string[] = []
    const read = () => {
      for (const { payload } of createEventStreamDecoder().push(Buffer.concat([good, bad])))
        found.push(text(payload))
    }
    expect(read).toThrow('damaged')
    expect(found).toEqual(['one'])
  }
})

test.each([
  ['a length beyond the bound', '7fffffff 00000000'],
  ['headers longer than the message', '00000020 00000030'],
  ['headers where the last checksum stands', '00000010 00000001'],
])('does not wait for %s', (_name, lengths) => {
  const prelude = hex(lengths)
  expect(() => decode(Buffer.concat([prelude, sum(prelude)]))).toThrow('claims')
})

test.each([
  ['a value longer than the headers', '01 61 07 00ff 62'],
  ['a name longer than the headers', 'ff 61'],
  ['a type that nobody knows', '01 61 0c'],
])('%s is damage too', (_name, headers) => {
  expect(() => decode(rawMessage(hex(headers), Buffer.alloc(0)))).toThrow('damaged')
})

test('a read buffer may be used again', () => {
  const bytes = eventMessage({}, 'payload')
  const decoder = createEventStreamDecoder()
  const buffer = Buffer.from(bytes.subarray(0, 20))
  expect([...decoder.push(buffer)]).toEqual([])
  buffer.fill(0)
  expect([...decoder.push(bytes.subarray(20))].map(({ payload }) => text(payload))).toEqual(['payload'])
})
