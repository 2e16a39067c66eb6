/** Reads JSON of unknown shape: a value of another type than expected is treated as missing. */

import { isRecord } from '@drag-race/contracts'

export { isRecord }

/** {} when the value is no object. */
export function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

/** The items that are objects; [] when the value is no list. */
export function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** '' when the value is no string. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A count of tokens or an index; null when the value is no whole number from 0 to 2^53 − 1. */
export function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** Integers that a double cannot hold (ids of 64 bits) are kept as `rawJSON`: written again, they have all digits. */
type Parse = (
  text: string,
  reviver: (key: string, value: unknown, at: { source: string }) => unknown,
) => unknown
const json = JSON as unknown as {
  parse: Parse
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
}

/** Also true for an integer that is kept as `rawJSON`. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || json.isRawJSON(value)
}

/** No real request or answer is nested deeper. A recursive walk over 500 levels needs a quarter of the stack. */
const levelsMax = 500

/** `undefined` for text that is not JSON, or is nested too deeply to be walked. */
export function parseJson(source: string): unknown {
  try {
    const value = json.parse(source, keepDigits)
    // Each level takes at least two characters, so that almost no chunk is long enough to be checked.
    return source.length > 2 * levelsMax && isDeeper(value, levelsMax) ? undefined : value
  } catch {
    return undefined
  }
}

/** Goes level by level instead of recursing, so that it cannot overflow the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  let level = [value]
  for (let depth = 0; depth <= levels && level.length > 0; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return level.length > 0
}

function keepDigits(_key: string, value: unknown, { source }: { source: string }): unknown {
  const isTooLarge = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
  return isTooLarge ? json.rawJSON(source) : value
}
