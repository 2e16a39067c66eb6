/** Reads JSON of which nobody promised the shape: what is not as hoped is as if it were not there. */

import { isRecord } from '@drag-race/contracts'

export { isRecord }

/** {} when it is none. */
export function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

/** Its members that are objects; [] when it is no list. */
export function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** '' when it is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A number of tokens or an index: null when it is none. */
export function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** What JSON can hold and a double cannot (ids of 64 bits) keeps its digits when it is written again. */
type Parse = (
  text: string,
  reviver: (key: string, value: unknown, at: { source: string }) => unknown,
) => unknown
const json = JSON as unknown as {
  parse: Parse
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
}

/** Of any size. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || json.isRawJSON(value)
}

/** Nobody's request or answer is nested deeper, and who walks this much needs a quarter of the stack. */
const levelsMax = 500

/** `undefined` stands for text that is no JSON, or that nobody could walk. */
export function parseJson(source: string): unknown {
  try {
    const value = json.parse(source, keepDigits)
    // A level is two letters at least, so that hardly a chunk has to be looked at.
    return source.length > 2 * levelsMax && isDeeper(value, levelsMax) ? undefined : value
  } catch {
    return undefined
  }
}

/** Level by level, and so on no stack. */
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
