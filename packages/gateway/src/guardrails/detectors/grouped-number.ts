/**
 * Numbers that people write in groups (`4111 1111 1111 1111`), and that carry a check digit: it tells them from any other
 * row of as many characters.
 *
 * A match begins and ends where a group does. Between two groups stands one separator.
 */
import type { Detector, Span } from '../detector.ts'

export interface GroupedNumber {
  label: string
  /** Is this the code of one of its characters? */
  isUnit(code: number): boolean
  /** … of what must not stand right before or behind it? It would be part of something longer. */
  isNeighbour(code: number): boolean
  unitsMin: number
  unitsMax: number
  /** Could it begin with these characters, four at most, separators left out? Where it could not, no more is read. */
  mayBegin(units: string): boolean
  /** By its check digit; separators left out. */
  isValid(units: string): boolean
}

/** A beginning says all that it can by then. */
const beginUnits = 4

/** Spaces of all widths that fit into a line, hyphens and dashes. */
const separators = new Set(
  [...' \u00a0\u2007\u2009\u202f-\u2010\u2011\u2012\u2013\u2014'].map((each) => each.charCodeAt(0)),
)

export function createGroupedNumber(number: GroupedNumber): Detector {
  const { label, isUnit, isNeighbour, unitsMin, unitsMax, mayBegin, isValid } = number
  const isGroupStart = (text: string, at: number) =>
    isUnit(text.charCodeAt(at)) && !(at > 0 && isNeighbour(text.charCodeAt(at - 1)))

  const readRow = (text: string, start: number): Row => {
    let units = ''
    const ends: Row['ends'] = []
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      const isOwn = isUnit(code)
      if (isOwn) units += text[at]
      const isGap = !isOwn && separators.has(code) && isUnit(text.charCodeAt(at - 1))
      const isOver = units.length > unitsMax || !(isOwn || isGap)
      if (isOver || (isOwn && units.length <= beginUnits && !mayBegin(units)))
        return { units, ends, isOpen: false }
      if (isOwn && !isNeighbour(text.charCodeAt(at + 1))) ends.push({ units: units.length, at: at + 1 })
    }
    return { units, ends, isOpen: true }
  }
  const matchAt = (text: string, start: number): Span | null => {
    const { units, ends } = readRow(text, start)
    // The longest: the shorter ones would leave the rest of a number behind.
    const end = ends.findLast((each) => each.units >= unitsMin && isValid(units.slice(0, each.units)))
    return end ? { start, end: end.at } : null
  }

  return {
    label,
    find(text, from) {
      for (let at = from; at < text.length; at++) {
        const span = isGroupStart(text, at) ? matchAt(text, at) : null
        if (span) return span
      }
      return null
    },
    open(text, from) {
      for (let at = Math.max(from, text.length - 2 * unitsMax); at < text.length; at++) {
        if (!isGroupStart(text, at)) continue
        if (readRow(text, at).isOpen) return at
      }
      return text.length
    },
  }
}

interface Row {
  /** Not more than one beyond the most. */
  units: string
  /** Where a group ends, and how many characters come before. */
  ends: { units: number; at: number }[]
  /** It reaches to the end of the text. */
  isOpen: boolean
}
