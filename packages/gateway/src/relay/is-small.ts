/** Can this be a provider's usage? It can be ten times as large as the largest known one; a larger one is not kept. */

/** In letters of texts and names. A number counts as one, an object as 16, so that its depth overflows no stack. */
const lettersMax = 10_000
const lettersOfObject = 16

/** `value` was parsed from JSON. */
export function isSmall(value: unknown): boolean {
  let left = lettersMax
  const fits = (each: unknown): boolean => {
    if (typeof each === 'string') left -= each.length
    else left -= typeof each === 'object' ? lettersOfObject : 1
    return left >= 0 && (typeof each !== 'object' || each === null || Object.entries(each).every(fitsMember))
  }
  const fitsMember = ([name, part]: [string, unknown]) => {
    left -= name.length
    return fits(part)
  }
  return fits(value)
}
