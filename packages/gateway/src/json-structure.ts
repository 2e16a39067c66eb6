/**
 * Counts the values and the depth of JSON, of a request or an answer, before it is parsed. Text is cheap to parse,
 * however long, but 15 MB of `{},{},…` take two seconds, in which no other call has a turn, and a gigabyte of memory.
 */
import { GatewayError } from './errors.ts'

/** Bodies up to this length are parsed in some milliseconds, whatever they hold. */
const freeBytes = 256 * 1024
/** For a request, an event, or the arguments of all tool calls in one of them: enough for a prompt of a hundred thousand tokens as numbers, twice. */
export const valuesMax = 200_000
const depthMax = 1_000

const quote = 34
const comma = 44
const backslash = 92
const openMap = 123
const closeMap = 125

/** Throws `invalid_request`. A body that is not JSON can pass: the parser will refuse it. */
export function checkStructure(body: Buffer): void {
  const excess = findExcess(body, valuesMax)
  if (excess === null) return
  throw new GatewayError(
    'invalid_request',
    `The body is ${excess}, which would hold up all other calls: send less, or long texts instead of many small values.`,
  )
}

/** What there is too much of, for a message; null if the body can be parsed. */
export function findExcess(body: Uint8Array, valuesMax: number): string | null {
  if (body.length <= freeBytes) return null
  let values = 0
  let depth = 0
  let at = 0
  while (at < body.length) {
    const byte = body[at]!
    if (byte === quote) at = endOfText(body, at)
    else if (byte === comma) values++
    // The brackets of lists differ from those of objects in this bit.
    else if ((byte | 32) === openMap) {
      values++
      if (++depth > depthMax) return `nested more than ${depthMax} deep`
    } else if ((byte | 32) === closeMap) depth--
    if (values > valuesMax) return `made of more than ${valuesMax} values`
    at++
  }
  return null
}

/** The same for one event of a stream. */
export function findEventExcess(event: Uint8Array): string | null {
  return findExcess(event, valuesMax)
}

/** How many values JSON holds, about: each comma and each bracket that opens counts as one. */
export function countValues(json: Uint8Array): number {
  let values = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!
    if (byte === quote) at = endOfText(json, at)
    else if (byte === comma || (byte | 32) === openMap) values++
  }
  return values
}

/** Where the closing quote is, or the end of the body. Far faster than `indexOf` where quotes are escaped. */
function endOfText(body: Uint8Array, from: number): number {
  let at = from + 1
  while (at < body.length && body[at] !== quote) at += body[at] === backslash ? 2 : 1
  return at
}
