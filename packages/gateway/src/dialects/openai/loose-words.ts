/** The parts of errors, in whatever form they come: strings that say something, and objects, alone or in a list. */

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

/** null when it is neither an object nor a list that begins with one. */
export function firstRecord(value: unknown): Record<string, unknown> | null {
  const object = Array.isArray(value) ? (value[0] as unknown) : value
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : null
}
