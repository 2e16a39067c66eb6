/**
 * Numbers that people write in groups (`4111 1111 1111 1111`) and that have a check digit, which tells them from other
 * rows of as many characters.
 *
 * A match begins and ends where a group does. Two groups are separated by one separator. Each character is read once,
 * even if a number could begin at each of them: a check can answer for any part of the characters that it has read.
 */
import type { Detector, Span } from '../detector.ts'

export interface GroupedNumber {
  label: string
  /** Whether this is the code of a unit, a character of the number. */
  isUnit(code: number): boolean
  /**
   * Whether a character must not stand right before or after the number, because it would be part of something longer.
   */
  isNeighbour(code: number): boolean
  unitsMin: number
  /** Below `checkUnits`. */
  unitsMax: number
  /** What the first units must be, one by one, without separators. */
  begins: readonly ((code: number) => boolean)[]
  /** Checks the check digit. It gets the units without separators. */
  check: Check
}

/** Reads a row of units, and can tell for any part of the last 64 whether it is a number with the right check digit. */
export interface Check {
  /** `place`: how many units were read before. */
  push(code: number, place: number): void
  /** For the units from place `from` to right before `to`. The caller has checked how they begin. */
  isValid(from: number, to: number): boolean
}

/** How many units a check remembers: place p is at `p & lastUnits`. */
export const checkUnits = 64
export const lastUnits = checkUnits - 1

/** Spaces of several widths, hyphens and dashes. */
const separators = [...' \u00a0\u2007\u2009\u202f-\u2010\u2011\u2012\u2013\u2014']

/** What a character can be, as bits of its entry in a table of all 16-bit codes. */
const unit = 1
const neighbour = 2
const separator = 4

export function createGroupedNumber(number: GroupedNumber): Detector {
  const { label, unitsMin, unitsMax, begins, check } = number
  const kinds = toKinds(number)
  /**
   * For the last units, by place: their code, and their index in the text if a number can begin there, otherwise -1.
   */
  const codes = new Uint16Array(checkUnits)
  const beginAt = new Int32Array(checkUnits)
  /** The place of the next unit. It is not reset for a new text, so that nothing has to be cleared. */
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
  /** Called when all units of a beginning are read, and its result is final. */
  const isBeginning = (from: number): boolean => {
    if (beginAt[from & lastUnits] === -1) return false
    for (let index = 0; index < begins.length; index++) {
      if (begins[index]!(codes[(from + index) & lastUnits]!)) continue
      beginAt[from & lastUnits] = -1
      return false
    }
    return true
  }
  /** The first of these places where a valid number begins that ends here; null if there is none. */
  const firstValid = (first: number, last: number): number | null => {
    for (let from = first; from <= last; from++) {
      if (beginAt[from & lastUnits] !== -1 && check.isValid(from, place)) return from
    }
    return null
  }
  /**
   * The best match so far, with those that end here: the one that begins first, and of these the longest. A shorter one
   * would leave the rest of a number unmasked.
   */
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
  /** The place of its first unit. */
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
