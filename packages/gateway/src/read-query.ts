/** Reads the query of a URL. Unknown parameters are refused: with a mistyped filter, an answer would hold too much. */
import { GatewayError } from './errors.ts'

/** Throws `invalid_request` for any other name. */
export function checkNames(search: URLSearchParams, names: readonly string[]): void {
  const unknown = [...search.keys()].find((name) => !names.includes(name))
  if (unknown === undefined) return
  const known = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  throw refuseQuery(`\`${unknown.slice(0, 100)}\` is not a parameter here: this query takes ${known}.`)
}

/** null when the parameter is missing; throws `invalid_request` when it is given several times. */
export function readOnce(search: URLSearchParams, name: string): string | null {
  const [text, ...more] = search.getAll(name)
  if (more.length > 0) throw refuseQuery(`\`${name}\` can be given once.`)
  return text ?? null
}

/** How many rows to skip; throws `invalid_request` when it is not a whole number. */
export function readOffset(search: URLSearchParams): number {
  const text = readOnce(search, 'offset') ?? '0'
  // Longer numbers would not be integers for SQLite.
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw refuseQuery(
    '`offset` is how many rows to skip: a whole number, such as 1000 for those after the first page.',
  )
}

export function refuseQuery(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
