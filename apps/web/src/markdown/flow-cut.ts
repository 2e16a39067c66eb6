/**
 * Where a long paragraph can be cut: at a space before a letter, when everything before it is closed. Closed means
 * that no character there can still open or close something, whatever follows: no lone `*`, backtick or bracket.
 *
 * The rest is lexed behind the stand-in `x`, which begins a paragraph, as the first part did. That is correct only
 * where no line of the first part can belong to another kind of block, and no `|` in it can count as a table's column.
 */
import type { MarkedToken } from 'marked'
import type { Inline } from './block.ts'

export const flowStandIn = 'x'

/** `text` is the paragraph's source; `open` its tokens from `from` on. The cut is at `end` at the latest. */
export function cutFlow(
  text: string,
  open: Inline,
  from: number,
  end: number,
): { cut: number; sealed: Inline; rest: Inline } | null {
  const limit = Math.min(end, from + closedLength(open), plainLength(text))
  let at = from
  let best: { cut: number; index: number } | null = null
  for (const [index, token] of open.entries()) {
    if (at > limit) break
    if (token.type === 'text') {
      const cut = lastSpace(text, at, Math.min(limit, at + token.raw.length - 1))
      if (cut !== null && cut > from) best = { cut: cut - at, index }
    }
    at += token.raw.length
  }
  return best && split(open, from, best.index, best.cut)
}

function split(open: Inline, from: number, index: number, inside: number) {
  const { raw } = open[index]!
  const before = open.slice(0, index)
  const cut = before.reduce((at, token) => at + token.raw.length, from) + inside
  const head = inside === 0 ? [] : [toText(raw.slice(0, inside))]
  return { cut, sealed: [...before, ...head], rest: [toText(raw.slice(inside)), ...open.slice(index + 1)] }
}

function toText(raw: string): MarkedToken {
  return { type: 'text', raw, text: raw }
}

/** The last position in the range where a single white space is between the end of a word and a letter. */
function lastSpace(text: string, start: number, end: number): number | null {
  for (let at = end; at >= start; at -= 1) {
    if (text[at] !== ' ' && text[at] !== '\n') continue
    if (!/[^\s\\]/.test(text[at - 1] ?? ' ') || !/\p{L}/u.test(text[at + 1] ?? '')) continue
    const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
    if (!line.includes('|')) return at
  }
  return null
}

/** How far every line begins as a line of a paragraph: by a word, emphasis, code, a quotation mark or a parenthesis. */
function plainLength(text: string): number {
  for (let at = 0; at !== -1; ) {
    if (!/^(?!```)(?:\p{L}|[*_]{1,3}\p{L}|[`"'(“])/u.test(text.slice(at, at + 6))) return at
    const next = text.indexOf('\n', at)
    if (next === -1) return text.length
    at = next + 1
  }
  return text.length
}

/** How many characters of the tokens are closed. */
function closedLength(tokens: Inline): number {
  let at = 0
  let closedTo = 0
  let brackets = 0
  for (const { length, effect } of effects(tokens)) {
    if (effect === 'open') return closedTo
    if (effect === '[') brackets += 1
    if (effect === ']') brackets = Math.max(0, brackets - 1)
    at += length
    if (brackets === 0) closedTo = at
  }
  return closedTo
}

type Effect = 'none' | 'open' | '[' | ']'

/** Yields text character by character, any other token as a whole. */
function* effects(tokens: Inline): Generator<{ length: number; effect: Effect }> {
  for (const token of tokens) {
    if (token.type === 'text') {
      for (let at = 0; at < token.raw.length; at += 1) yield { length: 1, effect: effectOf(token.raw, at) }
    } else {
      yield { length: token.raw.length, effect: isClosed(token) ? 'none' : 'open' }
    }
  }
}

/** What a character of plain text can do to the text behind it. */
function effectOf(text: string, at: number): Effect {
  const before = text[at - 1] ?? ''
  const after = text[at + 1] ?? ''
  switch (text[at]) {
    case '[':
      return '['
    case ']':
      return /^[^([:]/.test(after) ? ']' : 'open'
    case '`':
      return 'open'
    case '~':
    case '*':
      return before === ' ' && after === ' ' ? 'none' : 'open'
    case '$':
      return before === '$' || after === '$' || after === '' ? 'open' : 'none'
    case '_':
      return /\w\w/.test(before + after) ? 'none' : 'open'
    case '<':
      return /[\s\d=]/.test(after) ? 'none' : 'open'
    default:
      return 'none'
  }
}

/** A finished construct stays as it is when nothing inside it could pair with something behind it. */
function isClosed(token: MarkedToken): boolean {
  // The TeX that it begins can still find its end.
  if (token.type === 'escape') return !/^\\[([]/.test(token.raw)
  if (!('tokens' in token) || token.tokens === undefined) return true
  return (token.tokens as MarkedToken[]).every((inner) =>
    inner.type === 'text' && !inner.tokens ? !/[*_~`<[\]$]/.test(inner.text) : isClosed(inner),
  )
}
