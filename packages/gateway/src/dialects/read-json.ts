/** Reads JSON of which nobody promised the shape: what is not as hoped is as if it were not there. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

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
const json = JSON as unknown as { parse: Parse; rawJSON(text: string): object }

/** `undefined` stands for text that is no JSON. */
export function parseJson(source: string): unknown {
  try {
    return json.parse(source, keepDigits)
  } catch {
    return undefined
  }
}

function keepDigits(_key: string, value: unknown, { source }: { source: string }): unknown {
  const isTooLarge = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
  return isTooLarge ? json.rawJSON(source) : value
}
