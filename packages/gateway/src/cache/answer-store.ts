/**
 * Answers by the key of their request, in memory: the longest unused go first when there are too many, or too many bytes.
 * It outlives a config; how much it may hold comes with each answer that is put in.
 */
import type { Target } from '../upstream/target.ts'

export interface StoredAnswer {
  /** Of the whole body, as the relay got it. */
  bytes: Buffer
  contentType: string
  /** Who answered, for the headers and the record. */
  target: Pick<Target, 'name' | 'provider' | 'upstreamModel'>
}

export interface AnswerStore {
  find(key: string): StoredAnswer | null
  put(key: string, answer: StoredAnswer, bounds: StoreBounds): void
}

export interface StoreBounds {
  ttlMs: number
  entriesMax: number
  bytesMax: number
}

interface Entry {
  answer: StoredAnswer
  endsAtMs: number
  bytes: number
}

/** Key, map entry and object beside the answer's own bytes, about. */
const entryBytes = 500

export function createAnswerStore(nowMs: () => number): AnswerStore {
  /** The longest unused first. */
  const entries = new Map<string, Entry>()
  let bytes = 0

  const drop = (key: string) => {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    find(key) {
      const entry = entries.get(key)
      if (!entry) return null
      drop(key)
      if (nowMs() >= entry.endsAtMs) return null
      entries.set(key, entry)
      bytes += entry.bytes
      return entry.answer
    },
    put(key, answer, { ttlMs, entriesMax, bytesMax }) {
      drop(key)
      const entry = { answer, endsAtMs: nowMs() + ttlMs, bytes: answer.bytes.length + entryBytes }
      entries.set(key, entry)
      bytes += entry.bytes
      for (const oldest of entries.keys()) {
        if (entries.size <= entriesMax && bytes <= bytesMax) break
        drop(oldest)
      }
    },
  }
}
