/**
 * Numbers that people write in groups (`4111 1111 1111 1111`), and that carry a check digit: it tells them from any other
 * row of as many characters.
 *
 * A match begins and ends where a group does. Between two groups stands one separator. Each character is read once, also
 * where every one of them could begin a number: a check answers for any part of what it has read.
 */
import type { Detector, Span } from '../detector.ts'

export interface GroupedNumber {
  label: string
  /** Is this the code of one of its characters? */
  isUnit(code: number): boolean
  /** … of what must not stand right before or behind it? It would be part of something longer. */
  isNeighbour(code: number): boolean
  unitsMin: number
  /** Below `checkUnits`. */
  unitsMax: number
  /** What its first characters must be, one by one; separators left out. */
  begins: readonly ((code: number) => boolean)[]
  /** By its check digit; separators left out. */
  check: Check
}

/** Reads a row of characters, and can say of any part of the last 64 whether it is a number with the right check digit. */
export interface Check {
  /** `place`: how many were read before. */
  push(code: number, place: number): void
  /** Of the characters from one place to right before the other; they begin as a number must. */
  isValid(from: number, to: number): boolean
}

/** What a check remembers: place p stands at `p & lastUnits`. */
export const checkUnits = 64
export const lastUnits = checkUnits - 1

/** Spaces of all widths that fit into a line, hyphens and dashes. */
const separators = [...' \u00a0\u2007\u2009\u202f-\u2010\u2011\u2012\u2013\u2014']

/** Bits of what a character is, for each code of 16 bits. */
const unit = 1
const neighbour = 2
const separator = 4

export function createGroupedNumber(number: GroupedNumber): Detector {
  const { label, unitsMin, unitsMax, begins, check } = number
  const kinds = toKinds(number)
  /** Of the last units by their place: the code, and where in the text a number could begin with it (-1: it could not). */
  const codes = new Uint16Array(checkUnits)
  const beginAt = new Int32Array(checkUnits)
  /** The next unit's place; it goes on from text to text, so that nothing has to be cleared. */
  let place = 0
  let lastBeginning = -1

  const isKind = (text: string, at: number, kind: number) =>
    at >= 0 && at < text.length && (kinds[text.charCodeAt(at)]! & kind) !== 0
  const isGroupStart = (text: string, at: number) =>
    isKind(text, at, unit) && !isKind(text, at - 1, neighbour)
  const isGap = (text: string, at: number) => isKind(text, at, separator) && isKind(text, at - 1, unit)

  const pushUnit = (text: string, at: number, rowFrom: number) => {
    const code = text.charCodeAt(at)
    codes[place & lastUnits] = code
    beginAt[place & lastUnits] = isGroupStart(text, at) ? at : -1
    check.push(code, place)
    place++
    const beginning = place - begins.length
    if (beginning >= rowFrom && isBeginning(beginning)) lastBeginning = beginning
  }
  /** All units of a beginning are read: now it is one, or never. */
  const isBeginning = (from: number): boolean => {
    if (beginAt[from & lastUnits] === -1) return false
    for (let index = 0; index < begins.length; index++) {
      if (begins[index]!(codes[(from + index) & lastUnits]!)) continue
      beginAt[from & lastUnits] = -1
      return false
    }
    return true
  }
  /** The first of these places from which a number reaches to here; null: from none. */
  const firstValid = (first: number, last: number): number | null => {
    for (let from = first; from <= last; from++) {
      if (beginAt[from & lastUnits] !== -1 && check.isValid(from, place)) return from
    }
    return null
  }
  /** With what ends here. The first, and of those that begin there the longest: a shorter one leaves the rest of a number. */
  const improve = (best: Found | null, first: number, text: string, at: number): Found | null => {
    if (isKind(text, at + 1, neighbour)) return best
    const valid = firstValid(first, Math.min(best ? best.place : lastBeginning, place - unitsMin))
    if (valid === null) return best
    return { place: valid, span: { start: beginAt[valid & lastUnits]!, end: at + 1 } }
  }
  const couldBegin = (text: string, start: number): boolean => {
    let units = 0
    for (let at = start; at < text.length && units < begins.length; at++) {
      if (isKind(text, at, unit) && !begins[units++]!(text.charCodeAt(at))) return false
    }
    return true
  }

  return {
    label,
    find(text, from) {
      let best: Found | null = null
      let rowFrom = place
      for (let at = from; at < text.length; at++) {
        if (!isKind(text, at, unit)) {
          if (place > rowFrom && isGap(text, at)) continue
          if (best) return best.span
          rowFrom = place
          continue
        }
        pushUnit(text, at, rowFrom)
        const first = Math.max(rowFrom, place - unitsMax)
        if (best && first > best.place) return best.span
        best = improve(best, first, text, at)
      }
      return best === null ? null : best.span
    },
    open(text, from) {
      let open = text.length
      let units = 0
      for (let at = text.length - 1; at >= from; at--) {
        if (isKind(text, at, unit)) units++
        else if (at === from || !isGap(text, at)) break
        if (units > unitsMax) break
        if (isGroupStart(text, at) && couldBegin(text, at)) open = at
      }
      return open
    },
  }
}

interface Found {
  /** Of its first unit. */
  place: number
  span: Span
}

function toKinds({ isUnit, isNeighbour }: GroupedNumber): Uint8Array {
  const kinds = Uint8Array.from(
    { length: 0x10000 },
    (_, code) => (isUnit(code) ? unit : 0) | (isNeighbour(code) ? neighbour : 0),
  )
  for (const each of separators) kinds[each.charCodeAt(0)]! |= separator
  return kinds
}
