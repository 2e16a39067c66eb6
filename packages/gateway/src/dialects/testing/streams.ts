/**
 * Streams for the tests of the dialects: recorded ones, cut in every way, and what the official client makes of the
 * result.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AnswerContext, ChatCompletion, Dialect, Fault, MappedEvent } from '../dialect.ts'

export const context: AnswerContext = { model: 'asked-for', createdAtS: 1_700_000_000, id: 'chatcmpl-own' }

const root = join(import.meta.dirname, '..', '..', '..', '..', '..')
const folder = join(root, '..', 'shared', 'transcripts')
/** The recordings lie beside the project; a clone without them tests the same quirks with hand-written streams. */
export const hasRecordings = existsSync(join(folder, 'expected.json'))
if (!hasRecordings)
  console.warn('SKIPPED: ../shared/transcripts is absent; hand-written streams cover its quirks.')

export function recorded(name: string): Buffer {
  return readFileSync(join(folder, name))
}

/** The names of the recordings in a folder, as `recorded` takes them; none where they are absent. */
export function recordedIn(kind: string): string[] {
  return hasRecordings ? readdirSync(join(folder, kind)).map((name) => `${kind}/${name}`) : []
}

/** Feeds the bytes whole, byte by byte and in slices; all must give the same. */
export function runInAllCuts(dialect: Dialect, bytes: Uint8Array): MappedEvent[] {
  const whole = run(dialect, [bytes])
  const byByte = Array.from(bytes, (byte) => Uint8Array.of(byte))
  for (const pieces of [byByte, slices(bytes, 1), slices(bytes, 2), slices(bytes, 3)]) {
    assert.deepEqual(run(dialect, pieces), whole)
  }
  return whole
}

export function run(dialect: Dialect, pieces: Iterable<Uint8Array>): MappedEvent[] {
  const map = dialect.createStreamMap(context)
  return [...Array.from(pieces, (piece) => map.push(piece)).flat(), ...map.end()]
}

export const utf8 = (text: string) => new TextEncoder().encode(text)

export function chunksOf(events: readonly MappedEvent[]) {
  return events.flatMap((event) => (event.kind === 'chunk' ? [event.chunk] : []))
}

export function faultOf(events: readonly MappedEvent[]): Fault | undefined {
  return events.find((event): event is Extract<MappedEvent, { kind: 'error' }> => event.kind === 'error')
}

export const deltasOf = (events: readonly MappedEvent[]) =>
  chunksOf(events).flatMap(({ choices }) => choices.map(({ delta }) => delta))

export const textOf = (events: readonly MappedEvent[]) =>
  deltasOf(events)
    .map(({ content }) => content ?? '')
    .join('')

export const reasoningOf = (events: readonly MappedEvent[]) =>
  deltasOf(events)
    .map(({ reasoning_content }) => reasoning_content ?? '')
    .join('')

export const finishOf = (events: readonly MappedEvent[]) =>
  chunksOf(events).flatMap(({ choices }) => choices.flatMap(({ finish_reason }) => finish_reason ?? []))

export const usageOf = (events: readonly MappedEvent[]) =>
  chunksOf(events).findLast(({ usage }) => usage)?.usage

/** What the `openai` client puts together from the chunks: the real one, borrowed from the workspace of `tests/`. */
export async function putTogether(events: readonly MappedEvent[]): Promise<ChatCompletion> {
  const borrow = createRequire(join(root, 'tests', 'package.json'))
  const { ChatCompletionStream } = borrow('openai/lib/ChatCompletionStream') as OpenAi
  const lines = chunksOf(events).map((chunk) => `${JSON.stringify(chunk)}\n`)
  const stream = new Response(lines.join('')).body!
  return ChatCompletionStream.fromReadableStream(stream).finalChatCompletion()
}

interface OpenAi {
  ChatCompletionStream: {
    fromReadableStream(stream: ReadableStream): { finalChatCompletion(): Promise<ChatCompletion> }
  }
}

/** The order that clients rely on: role first, a tool call's id once, then finish, then usage alone, then `done`. */
export function expectGoodOrder(events: readonly MappedEvent[]) {
  const chunks = chunksOf(events)
  assert.equal(new Set(chunks.map(({ id, model, created }) => `${id} ${model} ${created}`)).size, 1)
  assert.deepEqual(chunks[0]!.choices[0]!.delta, { role: 'assistant', content: '' })
  assert.equal(deltasOf(events).filter(({ role }) => role).length, 1)
  const fragments = deltasOf(events).flatMap(({ tool_calls }) => tool_calls ?? [])
  const opened = fragments.filter(({ id }) => id !== undefined)
  assert.deepEqual(
    opened.map(({ index }) => index),
    opened.map((_, index) => index),
  )
  for (const { id, function: called } of fragments) {
    assert.equal(called.name !== undefined, id !== undefined)
  }
  assert.deepEqual(events.at(-1), { kind: 'done' })
  const last = chunks.at(-1)!
  if (last.usage) assert.deepEqual(last.choices, [])
  assert.notEqual(chunks.at(last.usage ? -2 : -1)!.choices[0]!.finish_reason, null)
  assert.equal(finishOf(events).length, 1)
}

function slices(bytes: Uint8Array, seed: number): Uint8Array[] {
  const found: Uint8Array[] = []
  let random = seed
  for (let offset = 0; offset < bytes.length; offset += found.at(-1)!.length) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31
    found.push(bytes.slice(offset, offset + 1 + (random % 300)))
  }
  return found
}
