import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callerLeft } from '../errors.ts'
import {
  crlf,
  cutUp,
  delta,
  done,
  event,
  events,
  finish,
  role,
  token,
  usageChunk,
} from '../testing/chunks.ts'
import { relayPieces, secret } from '../testing/relay.ts'
import { relayStream } from './relay-stream.ts'
import { passUsage } from './usage-chunk.ts'
import { createStreamWatch } from './watch.ts'

const broken = 'data: {"broken'
const frame = fc.oneof(
  fc.constantFrom(role, finish, usageChunk, done, ': ping\n\n', event({ error: { message: 'no' } })),
  fc.constantFrom('error: {"detail":"x"}\n\n', `${broken}\n\n`, 'id: 7\n\n', delta({ reasoning: 'hm' })),
  fc.string({ unit: 'grapheme', maxLength: 5 }).map(token),
  fc.constantFrom(null, { prompt_tokens: 1, completion_tokens: 2 }).map(withUsage),
)
/** A chunk with a token and `usage`, which some providers write into each chunk. */
function withUsage(usage: object | null): string {
  return event({ id: 'c', choices: [{ index: 0, delta: { content: 'x' } }], usage })
}
const halfEvent = 'data: {"choices":['
const rest = fc.constantFrom('', 'data: [DONE]', 'data: [DONE]\n', halfEvent, finish.trimEnd(), '\n')
const streams = fc
  .tuple(fc.array(frame, { maxLength: 8 }), rest, fc.boolean())
  .map(([frames, last, isCrlf]) => (isCrlf ? crlf(frames.join('') + last) : frames.join('') + last))
const places = fc.array(
  fc.nat(1_000).map((thousandths) => thousandths / 1_000),
  { maxLength: 12 },
)
const rules = fc.constantFrom('passed' as const, 'dropped' as const, 'reported' as const)

function cutAt(bytes: Buffer, fractions: number[]): Uint8Array[] {
  const ends = fractions.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1]!, end))
}

test('whatever the stream and however it is cut, the caller reads the same', async () => {
  await fc.assert(
    fc.asyncProperty(streams, places, rules, async (text, fractions, rule) => {
      const bytes = Buffer.from(text)
      const whole = await relayPieces([bytes], rule)
      for (const pieces of [cutAt(bytes, fractions), cutUp(text, 'bytes'), cutUp(text, 'events')]) {
        const { text: read, error } = await relayPieces(pieces, rule)
        expect(error).toBe(whole.error)
        // A read that was passed on before it was watched can have held the broken event.
        if (error === 'malformed_stream') {
          expect(read.startsWith(whole.text)).toBe(true)
          expect(read.slice(whole.text.length)).not.toContain('[DONE]')
        } else expect(read).toBe(whole.text)
      }
    }),
    { numRuns: 500 },
  )
})

/** The place of a `[DONE]` that follows an error; without one, the end of the text. */
function findFalseEnd(text: string): number {
  const endAt = text.indexOf('data: [DONE]')
  const errorAt = text.search(/"error":|^error:/m)
  return errorAt !== -1 && errorAt < endAt ? endAt : text.length
}

test('all is passed on unchanged but half an event, what follows a broken event, and [DONE] after an error', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (text) => {
      const { text: read, error } = await relayPieces([Buffer.from(text)], 'passed')
      const whole = text.slice(0, findFalseEnd(text)).replace(halfEvent, '')
      if (error === 'malformed_stream') expect(read).toBe(whole.slice(0, whole.indexOf(broken)))
      else expect(read.startsWith(whole)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('the first token is watched before it is passed on, a later one afterwards', async () => {
  const [first, second, third] = [token('a'), withUsage(null), token('c')]
  const pieces = [role, first, second, third.slice(0, 20), third.slice(20), usageChunk, done]
  for (const rule of ['passed', 'dropped', 'reported'] as const) {
    const log: string[] = []
    await relayPieces(
      pieces.map((piece) => Buffer.from(piece)),
      rule,
      log,
    )
    const ofFour = [role, first, second, third].flatMap((frame) => [`see ${frame}`, `send ${frame}`])
    ofFour.splice(4, 2, `send ${second}`, `see ${second}`)
    expect(log.slice(0, 8)).toEqual(ofFour)
  }
})

test.each([
  [6, 3],
  [5, 0],
])('after reads that took %i ms to watch, other calls have %i turns', async (tookMs, expected) => {
  let nowMs = 0
  let workedMs = 0
  let turns = 0
  const watch = createStreamWatch()
  const pieces = [token('a'), ': ping\n\n', finish + done].map((piece) => Buffer.from(piece))
  let turn: NodeJS.Immediate | undefined
  await relayStream({
    body: pieces,
    watch: {
      ...watch,
      see(frame, atMs) {
        // Only for the first frame of each read.
        if (!Buffer.from(frame).equals(Buffer.from(done))) nowMs += tookMs
        return watch.see(frame, atMs)
      },
    },
    usageChunk: passUsage,
    caller: {
      begin() {},
      write() {
        turn = setImmediate(() => turns++)
        return null
      },
      end() {
        nowMs += tookMs
      },
    },
    provider: 'p',
    secrets: [],
    nowMs: () => nowMs,
    onEarlyError() {},
    onBegun() {},
    onDone() {},
    onWorked(ms) {
      workedMs += ms
    },
  })
  clearImmediate(turn)
  expect(turns).toBe(expected)
  // The end counts too. The second read was watched after it had been passed on, and held nobody up.
  expect(workedMs).toBe(3 * tookMs)
})

test.each([
  ['a token that its caller did not wait for is counted', [role, token('a'), token('b'), token('c')], 3],
  ['who leaves behind the last token has left', [role, token('a'), finish, usageChunk], 1],
])('%s', async (_what, frames, tokens) => {
  const watch = createStreamWatch()
  const pieces = frames.map((frame) => Buffer.from(frame))
  let writes = 0
  const relaying = relayStream({
    body: pieces,
    watch,
    usageChunk: passUsage,
    caller: {
      begin() {},
      write() {
        if (++writes === pieces.length) throw callerLeft
        return null
      },
      end() {},
    },
    provider: 'p',
    secrets: [],
    nowMs: () => 0,
    onEarlyError() {},
    onBegun() {},
    onDone() {},
    onWorked() {},
  })
  await expect(relaying).rejects.toBe(callerLeft)
  expect(watch.facts.tokenChunks).toBe(tokens)
})

test('a comment goes at once, though a usage chunk is held back for the report', async () => {
  const pieces = [role, token('a'), finish, usageChunk, ': ping\n\n', ': pong\n\n', done]
  const log: string[] = []
  await relayPieces(
    pieces.map((piece) => Buffer.from(piece)),
    'reported',
    log,
  )
  const [ping, pong] = [': ping\n\n', ': pong\n\n']
  expect(log.slice(-7, -3)).toEqual([`see ${ping}`, `send ${ping}`, `see ${pong}`, `send ${pong}`])
})

test.each([
  ['a line', token('b').slice(0, -1)],
  ['the first letter of a comment', `${token('b')}:`],
])('a read that ends behind %s is not passed on as it came', async (_what, read) => {
  const pieces = [role, token('a'), read].map((piece) => Buffer.from(piece))
  expect(await relayPieces(pieces, 'passed')).toEqual({
    text: role + token('a') + token('b'),
    error: 'stream_cut',
  })
})

test('of what follows an error and its [DONE], nothing is passed on', async () => {
  const told = role + token('a') + event({ error: { message: 'no' } })
  const pieces = [told, done, token('b')].map((piece) => Buffer.from(piece))
  expect(await relayPieces(pieces, 'passed')).toEqual({ text: told, error: null })
})

test('an error in a read of its own tells no key', async () => {
  const told = (words: string) => event({ error: { message: words } })
  const pieces = [token('a'), told(`no ${secret}`)].map((piece) => Buffer.from(piece))
  expect(await relayPieces(pieces, 'passed')).toEqual({ text: token('a') + told('no [key]'), error: null })
})

test.each([
  ['by its name', { error: { message: 'no' } }],
  ['by a finish reason', { choices: [{ delta: {}, finish_reason: 'insufficient_system_resource' }] }],
])('an error that is told %s in a read of its own carries the report', async (_how, error) => {
  const pieces = [token('a'), event(error)].map((piece) => Buffer.from(piece))
  const { text } = await relayPieces(pieces, 'reported')
  expect(events(text)).toMatchObject([{}, { ...error, gateway: { requestId: 'req_1' } }])
})

test('more choices than anybody can ask for make a stream malformed', async () => {
  const choices = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) =>
      event({ choices: [{ index: from + index, delta: { content: 'x' } }] }),
    ).join('')
  const relay = async (text: string) => (await relayPieces([Buffer.from(text)], 'passed')).error
  expect(await relay(choices(0, 128) + done)).toBeNull()
  expect(await relay(choices(0, 129) + done)).toBe('malformed_stream')
  expect(await relay(choices(5, 6) + choices(1e9, 1e9 + 1) + done)).toBe('malformed_stream')
  expect(await relay(choices(0.5, 1.5) + done)).toBe('malformed_stream')
  expect(await relay(choices(-1, 0) + done)).toBe('malformed_stream')
})

test('an event without end is refused', async () => {
  const endless = Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024, 'x'))
  expect(await relayPieces(endless, 'passed')).toEqual({ text: '', error: 'bad_response' })
})
