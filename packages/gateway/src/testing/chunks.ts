/** Streams written by hand like those of real providers, so that a clone without recordings has their quirks. */
import { createFrameSplitter, readFrame } from '@drag-race/wire'

export const head = { id: 'c-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'up-1' }
export const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }

export const event = (data: object | string, end = '\n') =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}${end}${end}`
export const delta = (content: object, more: object = {}) =>
  event({ ...head, choices: [{ index: 0, delta: content, finish_reason: null }], ...more })

export const role = delta({ role: 'assistant', content: '' })
export const token = (text: string) => delta({ content: text })
export const finish = event({ ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
export const usageChunk = event({ ...head, choices: [], usage })
export const done = event('[DONE]')
/** Some providers end their lines like this. */
export const crlf = (text: string) => text.replaceAll('\n', '\r\n')

/** The ways in which the network can cut a stream. */
export const cuts = ['whole', 'bytes', 'events', 'slices'] as const
export type Cut = (typeof cuts)[number]

export function cutUp(text: string, cut: Cut): Uint8Array[] {
  if (cut === 'events') return text.split(/(?<=\n\r?\n)/).map((part) => Buffer.from(part))
  return cutBytes(Buffer.from(text), cut)
}

export function cutBytes(bytes: Uint8Array, cut: Exclude<Cut, 'events'>): Uint8Array[] {
  if (cut === 'whole') return [bytes]
  if (cut === 'bytes') return Array.from(bytes, (byte) => Uint8Array.of(byte))
  const slices: Uint8Array[] = []
  // The same cuts in every run; their sizes vary, so that the cuts fall on all parts of the events.
  for (let from = 0, size = 7; from < bytes.length; from += size, size = ((size * 31) % 97) + 1) {
    slices.push(bytes.subarray(from, from + size))
  }
  return slices
}

/** The events of a stream, parsed where they are JSON. */
export function events(text: string): unknown[] {
  return createFrameSplitter()
    .push(Buffer.from(text))
    .map((frame) => readFrame(frame).data)
    .filter((data) => data !== null)
    .map((data) => (data.startsWith('{') ? JSON.parse(data) : data))
}
