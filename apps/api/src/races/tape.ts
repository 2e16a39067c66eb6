/**
 * The tape of a running race: every event once, numbered in the order in which it is appended. Viewers read from any
 * number on and follow; none of them can make the race wait, because reading is by number and appending never waits.
 *
 * It holds each event as its line of JSON, which is made once for the database and for all viewers, and the fold so
 * far. Once the end of the race is in the database, the tape is read from there and this one is dropped.
 */
import {
  emptyRace,
  type RaceEvent,
  type RaceState,
  reduceRace,
  tapeBytesMax,
  type Unnumbered,
  withinBounds,
} from '@drag-race/contracts'
import type { TapePage } from '../history/tape-parts.ts'

export interface Tape {
  append(event: Unnumbered): void
  /** Nothing more will be appended, so `follow` ends after the last event. */
  end(): void
  readonly length: number
  /** The fold of all that was appended. */
  readonly state: RaceState
  /** The tape has reached its limit, and takes only what a race needs to end. */
  readonly isFull: boolean
  lines(fromSeq: number, toSeq: number): string[]
  /** Pages from the event after `afterSeq` to the end; a page without lines when nothing came for `idleMs`. */
  follow(afterSeq: number, options: { signal: AbortSignal; idleMs: number }): AsyncGenerator<TapePage>
}

export interface TapeLimits {
  eventsMax: number
  /** In UTF-8, as in the file of an export. */
  bytesMax: number
}

/** 16 lanes × 20,000 tokens are 320,000 events of some 110 bytes. What is raced can be exported and imported. */
export const tapeLimits: TapeLimits = { eventsMax: 400_000, bytesMax: tapeBytesMax }

/** The page that a viewer gets at once: some 60 kB of tokens. */
const pageEventsMax = 500
/** Events can be long: a page ends with the one that reaches so many characters. */
const pageCharsMax = 64 * 1024

export function createTape({ eventsMax, bytesMax }: TapeLimits = tapeLimits): Tape {
  const lines: string[] = []
  let bytes = 0
  let state = emptyRace
  let hasEnded = false
  const waiting = new Set<() => void>()

  function wake() {
    for (const go of waiting) go()
  }

  return {
    append(unnumbered) {
      const event = { seq: lines.length, ...withinBounds(unnumbered) } as RaceEvent
      const line = JSON.stringify(event)
      lines.push(line)
      bytes += Buffer.byteLength(line) + 1
      state = reduceRace(state, event)
      wake()
    },
    end() {
      hasEnded = true
      wake()
    },
    get length() {
      return lines.length
    },
    get state() {
      return state
    },
    get isFull() {
      return lines.length >= eventsMax || bytes >= bytesMax
    },
    lines: (fromSeq, toSeq) => lines.slice(fromSeq, toSeq + 1),
    async *follow(afterSeq, { signal, idleMs }) {
      let next = afterSeq + 1
      while (!signal.aborted) {
        if (next < lines.length) {
          const page = lines.slice(next, endOfPage(lines, next))
          yield { fromSeq: next, lines: page }
          next += page.length
        } else if (hasEnded) {
          return
        } else if (await isIdle(waiting, signal, idleMs)) {
          yield { fromSeq: next, lines: [] }
        }
      }
    },
  }
}

function endOfPage(lines: readonly string[], from: number): number {
  const last = Math.min(from + pageEventsMax, lines.length)
  let end = from
  for (let chars = 0; end < last && chars < pageCharsMax; end++) chars += lines[end]!.length
  return end
}

/** Waits for an event, for the viewer to leave, or for `idleMs`; true when `idleMs` have passed. */
function isIdle(waiting: Set<() => void>, signal: AbortSignal, idleMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isIdle: boolean) => () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', go)
      waiting.delete(go)
      resolve(isIdle)
    }
    const go = settle(false)
    const timer = setTimeout(settle(true), idleMs)
    signal.addEventListener('abort', go, { once: true })
    waiting.add(go)
  })
}
