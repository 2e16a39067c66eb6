/**
 * Where the members of a JSON object stand in its text, so that one value can be replaced and every other byte stays:
 * integers over 2^53, odd spacing, keys in their order, keys given twice.
 *
 * Expects text that `JSON.parse` has accepted. Long strings (an image in base64) are skipped by `indexOf`.
 */
export interface Member extends Place {
  key: string
  /** The place of its opening quote. */
  keyStart: number
}

/** A value is `text.slice(start, end)`. */
export interface Place {
  start: number
  end: number
}

/** The members, in order, of the object that begins with the first `{` at `from` or after it. */
export function readMembers(text: string, from = 0): Member[] {
  const members: Member[] = []
  let at = skipSpace(text, text.indexOf('{', from) + 1)
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at)
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = endOfValue(text, start)
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, keyStart: at, start, end })
    const comma = skipSpace(text, end)
    at = skipSpace(text, comma + 1)
  }
  return members
}

/** The values, in order, of the list that begins with the first `[` at `from` or after it. */
export function readItems(text: string, from: number): Place[] {
  const items: Place[] = []
  let start = skipSpace(text, text.indexOf('[', from) + 1)
  while (text[start] !== ']') {
    const end = endOfValue(text, start)
    items.push({ start, end })
    const next = skipSpace(text, end)
    start = text[next] === ',' ? skipSpace(text, next + 1) : next
  }
  return items
}

export interface Edit extends Place {
  text: string
}

/** Edits must not overlap. */
export function splice(text: string, edits: readonly Edit[]): string {
  let result = ''
  let from = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(from, edit.start) + edit.text
    from = edit.end
  }
  return result + text.slice(from)
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start)
  if (text[start] !== '{' && text[start] !== '[') return endOfWord(text, start)
  let depth = 0
  let at = start
  do {
    at = nextMark(text, at)
    const mark = text[at]
    if (mark === '"') {
      at = endOfString(text, at)
      continue
    }
    depth += mark === '{' || mark === '[' ? 1 : -1
    at++
  } while (depth > 0)
  return at
}

/** `start` is at the opening quote; returns the place after the closing one. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote + 1
}

/** A quote is escaped by an odd number of backslashes before it. */
function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text[quote - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

function endOfWord(text: string, start: number): number {
  wordEnd.lastIndex = start
  return wordEnd.exec(text)?.index ?? text.length
}

function nextMark(text: string, from: number): number {
  mark.lastIndex = from
  return mark.exec(text)?.index ?? text.length
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}

const wordEnd = /[,}\]\s]/g
const mark = /["{}[\]]/g
