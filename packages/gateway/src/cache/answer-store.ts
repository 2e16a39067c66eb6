/**
 * Answers by the key of their request, in memory: when there are too many, or too many bytes, those unused for the
 * longest time are dropped. The store survives a reload of the config; the bounds in force come with each answer that
 * is put in.
 */
import type { Target } from '../upstream/target.ts'

export interface StoredAnswer {
  /** The whole body, as the relay got it. */
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

/** About what key, map entry and objects take beside the answer's own bytes. */
const entryBytes = 500

export function createAnswerStore(nowMs: () => number): AnswerStore {
  /** Ordered by their last use, the oldest first. */
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
