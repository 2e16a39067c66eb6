/** Events of a stream that are refused: one that would take too long to parse, and one that cannot be read. */
import { findEventExcess } from '../json-structure.ts'
import { badAnswer, type DialectError } from './dialect-error.ts'

/** Throws a `DialectError` for an event of so many values that no other call would get a turn while it is parsed. */
export function checkEvent(event: Uint8Array): void {
  const excess = findEventExcess(event)
  if (excess !== null) throw badAnswer(`The provider sent an event that is ${excess}.`)
}

export function notJson(): DialectError {
  return badAnswer(
    'The provider sent an event that is no JSON object, or nested too deeply, in the middle of its answer. What arrived is incomplete.',
    'malformed_stream',
  )
}
