/**
 * How many values JSON holds, and how deep, before it is parsed, be it a request or an answer. Text costs little, however
 * long; but 15 MB of `{},{},…` are two seconds in which no other call has a turn, and a gigabyte of memory.
 */
import { GatewayError } from './errors.ts'

/** Less than that is parsed in some milliseconds, whatever it holds. */
const freeBytes = 256 * 1024
/** Of a request, or an event: a prompt of a hundred thousand tokens as numbers fits, with room for as many again. */
const valuesMax = 200_000
const depthMax = 1_000

const quote = 34
const comma = 44
const backslash = 92
const openMap = 123
const closeMap = 125

/** Throws `invalid_request`. What is no JSON may pass: the parser says so. */
export function checkStructure(body: Buffer): void {
  const excess = findExcess(body, valuesMax)
  if (excess === null) return
  throw new GatewayError(
    'invalid_request',
    `The body is ${excess}, which would hold up all other calls: send less of it, or long texts in place of many small values.`,
  )
}

/** What it is too much of; null for what may be parsed. */
export function findExcess(body: Uint8Array, valuesMax: number): string | null {
  if (body.length <= freeBytes) return null
  let values = 0
  let depth = 0
  let at = 0
  while (at < body.length) {
    const byte = body[at]!
    if (byte === quote) at = endOfText(body, at)
    else if (byte === comma) values++
    // Brackets of lists differ from those of maps by this bit.
    else if ((byte | 32) === openMap) {
      values++
      if (++depth > depthMax) return `nested more than ${depthMax} deep`
    } else if ((byte | 32) === closeMap) depth--
    if (values > valuesMax) return `made of more than ${valuesMax} values`
    at++
  }
  return null
}

/** Of one event of a stream. */
export function findEventExcess(event: Uint8Array): string | null {
  return findExcess(event, valuesMax)
}

/** The quote that closes it; the end of the body where there is none. Far faster than `indexOf` where quotes are escaped. */
function endOfText(body: Uint8Array, from: number): number {
  let at = from + 1
  while (at < body.length && body[at] !== quote) at += body[at] === backslash ? 2 : 1
  return at
}
