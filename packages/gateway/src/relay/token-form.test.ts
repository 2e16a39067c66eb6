/** Tokens that are counted without being parsed: the watch must know the same as if it had parsed them all. */
import { createFrameSplitter } from '@drag-race/wire'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { recorded, recordedIn } from '../dialects/testing/streams.ts'
import { createTokenForm } from './token-form.ts'
import { createStreamWatch, type FrameKind } from './watch.ts'

afterEach(() => vi.restoreAllMocks())

interface Seen {
  facts: object
  kinds: FrameKind[]
  /** How many events were parsed. */
  parsed: number
}

function see(frames: readonly Uint8Array[]): Seen {
  const watch = createStreamWatch()
  const parse = vi.spyOn(JSON, 'parse')
  const kinds = frames.map((frame, index) => watch.see(frame, index))
  const parsed = parse.mock.calls.length
  parse.mockRestore()
  return { facts: watch.facts, kinds, parsed }
}

/** The same events with a comment of its own before each, so that no two of them have one form. */
function disguised(frames: readonly Uint8Array[]): Uint8Array[] {
  return frames.map((frame, index) => Buffer.concat([Buffer.from(`: ${index}\n`), frame]))
}

const cut = (bytes: Uint8Array) => createFrameSplitter().push(bytes)
const event = (json: string) => Buffer.from(`data: ${json}\n\n`)
const chunk = (content: string, more = '') =>
  event(`{"id":"c","choices":[{"index":0,"delta":{"content":${content}}${more}}]}`)

describe('a recorded stream', () => {
  test.each(recordedIn('stream').filter((name) => name.endsWith('.sse')))('%s is read as it was', (name) => {
    const frames = cut(recorded(name))
    const { facts, kinds } = see(frames)
    const all = see(disguised(frames))
    expect({ facts, kinds }).toEqual({ facts: all.facts, kinds: all.kinds })
  })

  test.runIf(recordedIn('stream').length > 0).each([
    ['openai-gpt-3.5-turbo-text-long-nousage', 0.1],
    ['openai-gpt-5.4-text-usage', 0.2],
    ['azure-gpt-4.1-mini-text-filter', 0.2],
    ['groq-deepseek-r1-reasoning', 0.1],
    ['deepseek-reasoner-reasoning', 0.1],
  ])('of %s not more than this share is parsed: %d', (name, share) => {
    const frames = cut(recorded(`stream/${name}.sse`))
    expect(see(frames).parsed / see(disguised(frames)).parsed).toBeLessThan(share)
  })
})

test('a second token in the same form is not parsed, and counts with its letters', () => {
  const { facts, parsed } = see([chunk('"Hel"'), chunk('"lo"'), chunk('"  you"'), chunk('"é世😀"')])
  expect(facts).toMatchObject({ chunks: 4, tokenChunks: 4, letters: 3 + 2 + 5 + 4, lastTokenAtMs: 3 })
  expect(parsed).toBe(1)
})

test.each([
  ['an escape', chunk('"a\\n"')],
  ['an empty text', chunk('""')],
  ['null', chunk('null')],
  ['another member', chunk('"b","role":"assistant"')],
  ['a finish reason', chunk('"b"', ',"finish_reason":"stop"')],
  ['an error', event('{"error":{"message":"no"}}')],
  ['broken JSON', chunk('"b')],
  ['a quote too much', chunk('"b""')],
  ['a control character', chunk('"b\u0001"')],
])('%s is parsed', (_what, frame) => {
  const frames = [chunk('"a"'), frame]
  const seen = see(frames)
  expect(seen.parsed).toBe(2)
  expect(seen.facts).toEqual(see(disguised(frames)).facts)
})

const saying = (delta: string, more = '') => event(`{"choices":[{"delta":{${delta}}}]${more}}`)
const counted = (tokens: number) => `,"usage":{"prompt_tokens":1,"completion_tokens":${tokens}}`

test.each([
  ['a finish reason', chunk('"a"', ',"finish_reason":"stop"'), chunk('""', ',"finish_reason":"length"')],
  ['usage', saying('"content":"a"', counted(1)), saying('', counted(2))],
  ['a tool call', saying('"content":"a","tool_calls":[{"function":{"arguments":"{}"}}]'), saying('')],
  ['reasoning', saying('"content":"a","reasoning":"bc"'), saying('')],
])('a token with %s that comes again counts as it did', (_what, one, other) => {
  const frames = [one, one, other, one]
  expect(see(frames).facts).toEqual(see(disguised(frames)).facts)
})

describe('an event is no form', () => {
  const lettersAfter = (learnt: string, text: string, next: string) => {
    const form = createTokenForm()
    form.learn(Buffer.from(learnt), text)
    return form.lettersOf(Buffer.from(next))
  }

  test('a control: one that is', () => {
    expect(lettersAfter('{"d":"x","e":1}', 'x', '{"d":"yes","e":1}')).toBe(3)
  })

  test.each([
    ['and longer', '{"d":"yes","obfuscation":"abc"}', 3],
    ['and empty', '{"d":"yes","obfuscation":""}', 3],
    ['but not with more behind it', '{"d":"yes","obfuscation":"a","e":1}', null],
    ['but not with an escape in it', '{"d":"yes","obfuscation":"\\n"}', null],
    ['but not without it', '{"d":"yes"}', null],
  ])('padding may differ, %s', (_how, next, letters) => {
    expect(lettersAfter('{"d":"x","obfuscation":"q"}', 'x', next)).toBe(letters)
  })

  test.each([
    ['when its text stands in it twice', '{"d":"x","e":"x"}', 'x', '{"d":"yes","e":"x"}'],
    [
      'when what looks like its text is a name',
      '{"\\u0064":"\\u0064","d":1}',
      'd',
      '{"\\u0064":"\\u0064","e":1}',
    ],
    [
      'when that name has a space behind it',
      '{"\\u0064":"\\u0064","d" :1}',
      'd',
      '{"\\u0064":"\\u0064","e" :1}',
    ],
    ['when it has a tab there', '{"\\u0064":"\\u0064","d"\t:1}', 'd', '{"\\u0064":"\\u0064","e"\t:1}'],
    [
      'when two other texts together look like its text',
      '{"d":"x\\",\\"y","e":["x","y"]}',
      'x","y',
      '{"d":"x\\",\\"y","e":["yes"]}',
    ],
    ['when its text is written with escapes', '{"d":"\\u0078"}', 'x', '{"d":"\\u0079"}'],
    ['when it is long', `{"d":"x","e":"${'-'.repeat(3_000)}"}`, 'x', `{"d":"y","e":"${'-'.repeat(3_000)}"}`],
  ])('%s', (_when, learnt, text, next) => {
    expect(lettersAfter(learnt, text, next)).toBeNull()
  })

  test('after eight whose form never came again', () => {
    const form = createTokenForm()
    for (let number = 0; number < 20; number++) {
      const event = Buffer.from(`{"d":"x","e":${number}}`)
      expect(form.lettersOf(event)).toBeNull()
      form.learn(event, 'x')
    }
    expect(form.lettersOf(Buffer.from('{"d":"y","e":7}'))).toBe(1)
    expect(form.lettersOf(Buffer.from('{"d":"y","e":19}'))).toBeNull()
  })

  test('but each time that one comes again, eight more are tried', () => {
    const form = createTokenForm()
    for (let number = 0; number < 20; number++) {
      form.learn(Buffer.from(`{"d":"x","e":${number}}`), 'x')
      expect(form.lettersOf(Buffer.from(`{"d":"y","e":${number}}`))).toBe(1)
    }
  })
})

test('whatever a stream is made of, it is read as if each event were parsed', () => {
  const text = fc.oneof(
    fc.constantFrom(
      'a',
      'stop',
      'content',
      'delta',
      'assistant',
      '[DONE]',
      '"',
      '\\',
      '\n',
      '😀',
      '\ud83d',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const written = text.map((each) => JSON.stringify(each))
  const frame = fc.oneof(
    { weight: 6, arbitrary: written.map((each) => chunk(each)) },
    { weight: 2, arbitrary: written.map((each) => event(`{"choices":[{"delta":{"reasoning":${each}}}]}`)) },
    fc.tuple(written, written).map(([one, two]) => chunk(one, `,"logprobs":{"content":[{"token":${two}}]}`)),
    fc
      .tuple(written, fc.nat(3))
      .map(([one, index]) => event(`{"choices":[{"index":${index},"delta":{"content":${one}}}]}`)),
    written.map((each) => chunk(each, ',"finish_reason":"length"')),
    written.map((each) => event(`{"error":{"message":${each}}}`)),
    text.map((each) => Buffer.from(`data: {"choices":[{"delta":{"content":"${each}"}}]}\n\n`)),
    fc
      .tuple(written, written)
      .map(([one, two]) => event(`{"choices":[{"delta":{"content":${one}}}],"obfuscation":${two}}`)),
    fc.constantFrom(Buffer.from(': keep-alive\n\n'), Buffer.from('data: [DONE]\n\n')),
  )
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      // A text that was put in as it is can end its event: cut anew, as the relay does.
      const whole = cut(Buffer.concat(frames))
      const { facts, kinds } = see(whole)
      const all = see(disguised(whole))
      expect({ facts, kinds }).toEqual({ facts: all.facts, kinds: all.kinds })
    }),
    { numRuns: 2_000 },
  )
})
