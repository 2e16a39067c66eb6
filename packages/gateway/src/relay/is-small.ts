/** Is it as large as any usage that a provider has ever counted in, ten times over? What is larger is not kept. */

/** Letters of texts and names; a number is one, and an object as many as keep the levels within any stack. */
const lettersMax = 10_000
const lettersOfObject = 16

/** `value` comes out of JSON. */
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
