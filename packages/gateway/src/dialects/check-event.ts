/** Refuses an event of a stream that would take too long to parse: no other call gets a turn meanwhile. */
import { findEventExcess } from '../json-structure.ts'
import { badAnswer } from './dialect-error.ts'

/** Throws a `DialectError`. */
export function checkEvent(event: Uint8Array): void {
  const excess = findEventExcess(event)
  if (excess !== null) throw badAnswer(`The provider sent an event that is ${excess}.`)
}
