/**
 * Limits for texts from outside in an event of a tape, besides prompts and answers: a provider can give its finish
 * reason, its code or its name any length, and lists of races hold them all. The app cuts them as it writes; a file
 * with longer ones was not written by the app.
 */
import type { RaceEvent, Unnumbered } from './race-event.ts'

/** Characters of a `message`, and of every other text. */
const messageCharsMax = 4_000
const wordCharsMax = 500
/** Entries of a list or an object. */
const entriesMax = 100
/** Enough for the usage of an attempt of a report, and for what a later version may add below it. */
const depthMax = 8

/** The same object where nothing has to be cut. */
export function withinBounds<Event extends Unnumbered | RaceEvent>(event: Event): Event {
  switch (event.type) {
    case 'token':
      return event
    // The request in it has limits of its own.
    case 'race-start': {
      const lanes = cut(event.lanes)
      return lanes === event.lanes ? event : { ...event, lanes }
    }
    default:
      return cut(event)
  }
}

function cut<Value>(value: Value, depth = 0): Value {
  if (typeof value === 'string') return value.slice(0, wordCharsMax) as Value
  if (typeof value !== 'object' || value === null) return value
  if (depth === depthMax) return null as Value
  if (Array.isArray(value)) return cutList(value, depth) as Value
  return cutRecord(value as Record<string, unknown>, depth) as Value
}

function cutList(list: readonly unknown[], depth: number): readonly unknown[] {
  const short = list.slice(0, entriesMax).map((value) => cut(value, depth + 1))
  return isSame(list, short) ? list : short
}

function cutRecord(record: Record<string, unknown>, depth: number): Record<string, unknown> {
  const entries = Object.entries(record)
  const short = entries
    .slice(0, entriesMax)
    .filter(([key]) => key.length <= wordCharsMax)
    .map(([key, value]): [string, unknown] => [
      key,
      key === 'message' && typeof value === 'string'
        ? value.slice(0, messageCharsMax)
        : cut(value, depth + 1),
    ])
  const before = entries.map(([, value]) => value)
  const after = short.map(([, value]) => value)
  return isSame(before, after) ? record : Object.fromEntries(short)
}

function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((value, index) => Object.is(value, after[index]))
}
