/**
 * Recognises an event that differs from an earlier one of its stream only in the text of its token. Most events of most
 * providers do. Such an event need not be parsed: all that it says besides was read from the earlier one. Parsing made
 * most of the work and of the garbage that a token cost.
 *
 * OpenAI's events end in random letters of a random number (`obfuscation`), which may differ too.
 */
import { asBuffer } from '../as-buffer.ts'

export interface TokenForm {
  /** How many letters (UTF-16 units) the token of this event has; null when the event may say anything else. */
  lettersOf(event: Uint8Array): number | null
  /**
   * `text` is the token of this event, which says nothing else that later ones may not repeat. The event is taken as
   * the form if the text stands in it once, as a value, and as it is read.
   */
  learn(event: Uint8Array, text: string): void
}

/** A copy of the event is kept for as long as the stream lasts. */
const bytesMax = 2_048
/** After so many forms of which none came again, the stream has no form. */
const vainMax = 8

const space = 32
const quote = 34
const comma = 44
const backslash = 92
const closeList = 93
const closeMap = 125
const padding = '"obfuscation":"'

export function createTokenForm(): TokenForm {
  /** What stands before the token, and what after it: in two pieces where there is padding. Empty without a form. */
  let pieces: readonly Buffer[] = []
  let vain = 0
  return {
    lettersOf(event) {
      const letters = readLetters(asBuffer(event), pieces)
      if (letters !== null) vain = 0
      return letters
    },
    learn(event, text) {
      if (vain >= vainMax || event.length > bytesMax) return
      const value = Buffer.from(`"${text}"`)
      if (endOfText(value, 1) !== value.length - 1) return
      const form = Buffer.from(event)
      const at = form.indexOf(value)
      const end = at + value.length
      if (at === -1 || form.indexOf(value, at + 1) !== -1 || isName(form, end)) return
      vain++
      pieces = [form.subarray(0, at + 1), ...withoutPadding(form.subarray(end - 1))]
    },
  }
}

/** Between two pieces stands a text; the first of these is the token's. */
function readLetters(event: Buffer, pieces: readonly Buffer[]): number | null {
  const head = pieces[0]
  if (head === undefined || !standsAt(event, 0, head)) return null
  const from = head.length
  const to = endOfText(event, from)
  let at = to
  // An index, because this runs for each token: an iterator would be garbage.
  for (let number = 1; number < pieces.length; number++) {
    if (number > 1) at = endOfText(event, at)
    if (!standsAt(event, at, pieces[number]!)) return null
    at += pieces[number]!.length
  }
  // An empty text is no token.
  return at === event.length && to > from ? countLetters(event, from, to) : null
}

function standsAt(event: Buffer, at: number, piece: Buffer): boolean {
  const end = at + piece.length
  return end <= event.length && piece.compare(event, at, end) === 0
}

/** Where a text ends, if it has no escapes and none of what JSON does not allow; else somewhere before that. */
function endOfText(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at]! >= space && bytes[at] !== quote && bytes[at] !== backslash) at++
  return at
}

function countLetters(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at]! > 127) return bytes.toString('utf8', from, to).length
  return to - from
}

/** Or anything else than a value, behind which only these stand. */
function isName(json: Buffer, from: number): boolean {
  let at = from
  while (json[at] === space) at++
  return ![comma, closeList, closeMap].includes(json[at] ?? 0)
}

function withoutPadding(tail: Buffer): Buffer[] {
  const at = tail.indexOf(padding)
  if (at === -1) return [tail]
  const from = at + padding.length
  return [tail.subarray(0, from), tail.subarray(endOfText(tail, from))]
}
