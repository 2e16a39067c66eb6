/**
 * Numbers that people write in groups (`4111 1111 1111 1111`), and that carry a check digit: it tells them from any other
 * row of as many characters.
 *
 * A match begins and ends where a group does. Between two groups stands one separator.
 */
import type { Detector, Span } from '../detector.ts'

export interface GroupedNumber {
  label: string
  /** One character of it. */
  unit: RegExp
  /** What must not stand right before or behind it: it would be part of something longer. */
  neighbour: RegExp
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
const separator = /[ \u00a0\u2007\u2009\u202f\-\u2010-\u2014]/

export function createGroupedNumber(number: GroupedNumber): Detector {
  const { label, unit, neighbour, unitsMin, unitsMax, mayBegin, isValid } = number
  const isGroupStart = (text: string, at: number) =>
    unit.test(text[at]!) && !(at > 0 && neighbour.test(text[at - 1]!))

  const readRow = (text: string, start: number): Row => {
    let units = ''
    const ends: Row['ends'] = []
    for (let at = start; at < text.length; at++) {
      const isUnit = unit.test(text[at]!)
      if (isUnit) units += text[at]
      const isGap = separator.test(text[at]!) && unit.test(text[at - 1] ?? '')
      const isOver = units.length > unitsMax || !(isUnit || isGap)
      if (isOver || (isUnit && units.length <= beginUnits && !mayBegin(units)))
        return { units, ends, isOpen: false }
      if (isUnit && !neighbour.test(text[at + 1] ?? '')) ends.push({ units: units.length, at: at + 1 })
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
