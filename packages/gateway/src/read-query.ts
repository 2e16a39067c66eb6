/** What stands behind the `?` of an address. Whatever is no part of it is refused, or a slip of the pen would be answered by too much. */
import { GatewayError } from './errors.ts'

/** Throws `invalid_request` for any other name. */
export function checkNames(search: URLSearchParams, names: readonly string[]): void {
  const unknown = [...search.keys()].find((name) => !names.includes(name))
  if (unknown === undefined) return
  const known = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  throw refuseQuery(`\`${unknown.slice(0, 100)}\` is no part of this query: it takes ${known}.`)
}

/** null when it is not given; throws `invalid_request` when it is given several times. */
export function readOnce(search: URLSearchParams, name: string): string | null {
  const [text, ...more] = search.getAll(name)
  if (more.length > 0) throw refuseQuery(`\`${name}\` can be given once.`)
  return text ?? null
}

/** How many rows are passed over; throws `invalid_request` when it is no whole number. */
export function readOffset(search: URLSearchParams): number {
  const text = readOnce(search, 'offset') ?? '0'
  // Longer numbers are no whole ones for SQLite.
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw refuseQuery(
    '`offset` is how many rows to pass over: a whole number, as 1000 for those after the first page.',
  )
}

export function refuseQuery(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
