/** 15 MB of small values take two seconds to parse, in which no other call has a turn: wherever they stand. */
import { afterEach, expect, test, vi } from 'vitest'
import { done, finish, token } from '../testing/chunks.ts'
import { relayPieces } from '../testing/relay.ts'

afterEach(() => void vi.restoreAllMocks())

const tooMuch = `{"choices":[],"usage":{},"x":[${'{},'.repeat(100_000)}{}]}`

test.each([
  ['in the answer', [token('a'), `data: ${tooMuch}\n\n`, finish, done], 'malformed_stream'],
  ['behind its end', [token('a'), finish, done, `data: ${tooMuch}\n\n`], null],
  ['in a field that is not in the standard', [token('a'), `error: ${tooMuch}\n\n`], 'stream_error'],
  ['at its end, without a blank line', [token('a'), finish, `data: ${tooMuch}`], 'malformed_stream'],
  ['in an error that the report would go into', [`event: error\ndata: ${tooMuch}\n\n`], null],
])('an event of too many values is not parsed: %s', async (_where, pieces, error) => {
  const parse = vi.spyOn(JSON, 'parse')
  const relayed = await relayPieces(
    pieces.map((piece) => Buffer.from(piece)),
    'reported',
  )
  expect(relayed.error).toBe(error)
  expect(parse.mock.calls.filter(([text]) => text.length > 200_000)).toEqual([])
})
