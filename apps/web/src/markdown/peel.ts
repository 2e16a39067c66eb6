/**
 * A block that is long and still grows is peeled: its finished parts (lines of code, items, rows, quoted blocks, a
 * paragraph's sentences) are sealed, and only the rest is lexed again, behind a stand-in for what it continues: the
 * code's fence, the table's head. Without this, one list of 16,000 tokens costs as much as 16,000 lists.
 */
import type { MarkedToken, Token, Tokens } from 'marked'
import { type Block, joinBlocks, toBlock } from './block.ts'
import { countFinal } from './boundary.ts'
import { cutFlow, flowStandIn } from './flow-cut.ts'
import { appendPages } from './pages.ts'

export interface Peeled {
  /** The block with more of it sealed than before. */
  block: Block
  /** Where, in the token's source, the rest begins. */
  cut: number
  /** What the rest is lexed behind. */
  standIn: string
  /** What was sealed, for the definitions in it. */
  tokens: readonly Token[]
}

/** The block that `token`, lexed behind a stand-in, is the rest of; null when it turned out to be something else. */
export function continueBlock(before: Block, token: Token): Block | null {
  const now = toBlock(token)
  if (now === null) return null
  if (now.kind !== 'flow') return joinBlocks(before, now)
  const [first, ...others] = now.open
  if (first?.type !== 'text' || !first.raw.startsWith(flowStandIn)) return null
  const raw = first.raw.slice(flowStandIn.length)
  return joinBlocks(before, {
    ...now,
    open: raw === '' ? others : [{ type: 'text', raw, text: raw }, ...others],
  })
}

/** `keepChars` at the end stay open. null: nothing can be cut off yet. */
export function peel(block: Block, generic: Token, keepChars: number): Peeled | null {
  const token = generic as MarkedToken
  switch (block.kind) {
    case 'flow':
      return token.type === 'paragraph' ? peelFlow(block, token, keepChars) : null
    case 'code':
      return token.type === 'code' ? peelCode(block, token, keepChars) : null
    case 'list':
      return token.type === 'list' ? peelList(block, token) : null
    case 'table':
      return token.type === 'table' ? peelTable(block, token) : null
    case 'quote':
      return token.type === 'blockquote' ? peelQuote(block, token) : null
    case 'rule':
      return null
  }
}

type BlockOf<Kind extends Block['kind']> = Extract<Block, { kind: Kind }>

function peelFlow(block: BlockOf<'flow'>, { raw, text }: Tokens.Paragraph, keepChars: number): Peeled | null {
  // Not so where indented lines were taken in: their indentation is missing in `text`.
  if (!raw.startsWith(text)) return null
  const skip = block.sealed.length === 0 ? 0 : flowStandIn.length
  const found = cutFlow(text, block.open, skip, text.length - keepChars)
  if (!found) return null
  return {
    block: { ...block, sealed: appendPages(block.sealed, [found.sealed]), open: found.rest },
    cut: found.cut,
    standIn: flowStandIn,
    tokens: [],
  }
}

/** By lines: at least one complete line stays, so that the code's end is found as in the whole. */
function peelCode(
  block: BlockOf<'code'>,
  { raw, codeBlockStyle }: Tokens.Code,
  keepChars: number,
): Peeled | null {
  const head = raw.indexOf('\n') + 1
  const cut = raw.lastIndexOf('\n', raw.length - 1 - keepChars) + 1
  if (codeBlockStyle === 'indented' || head === 0 || cut <= head || !raw.includes('\n', cut)) return null
  const end = nthLine(block.open, countLines(raw.slice(head, cut)))
  return {
    block: {
      ...block,
      sealed: [...block.sealed, block.open.slice(0, end)],
      open: block.open.slice(end),
    },
    cut,
    standIn: raw.slice(0, head),
    tokens: [],
  }
}

/** All items but the last two. Whether the list is loose is asked of the sealed ones alone: the others may change. */
function peelList(block: BlockOf<'list'>, token: Tokens.List): Peeled | null {
  const count = token.items.length - 2
  if (count < 1) return null
  const items = token.items.slice(0, count)
  return {
    block: {
      ...block,
      isSealedLoose: block.isSealedLoose || items.some(isLooseItem),
      sealed: appendPages(block.sealed, block.open.slice(0, count)),
      open: block.open.slice(count),
    },
    cut: items.reduce((length, { raw }) => length + raw.length, 0),
    standIn: '',
    tokens: items.flatMap(({ tokens }) => tokens),
  }
}

function isLooseItem({ raw, tokens }: Tokens.ListItem): boolean {
  return (
    /\n[ \t]*\n[ \t]*$/.test(raw) ||
    tokens.some((inner) => inner.type === 'space' && /\n.*\n/.test(inner.raw))
  )
}

function peelTable(block: BlockOf<'table'>, { raw, rows }: Tokens.Table): Peeled | null {
  const count = rows.length - 2
  if (count < 1) return null
  return {
    block: {
      ...block,
      sealed: appendPages(block.sealed, block.open.slice(0, count)),
      open: block.open.slice(count),
    },
    cut: nthLine(raw, 2 + count),
    standIn: raw.slice(0, nthLine(raw, 2)),
    tokens: [],
  }
}

/** Quoted blocks are final by the same rule as others; a line without its `>` could belong to two of them. */
function peelQuote(block: BlockOf<'quote'>, token: Tokens.Blockquote): Peeled | null {
  if (token.tokens.map(({ raw }) => raw).join('') !== token.text) return null
  const tokens = token.tokens.slice(0, countFinal(token.tokens))
  const blocks = tokens.filter((inner) => toBlock(inner) !== null).length
  const cut = nthLine(token.raw, countLines(tokens.map(({ raw }) => raw).join('')))
  if (cut === 0 || !/^(?: {0,3}>[^\n]*\n)+$/.test(token.raw.slice(0, cut))) return null
  return {
    block: {
      ...block,
      sealed: appendPages(block.sealed, block.open.slice(0, blocks)),
      open: block.open.slice(blocks),
    },
    cut,
    standIn: '',
    tokens,
  }
}

function countLines(text: string): number {
  return text.split('\n').length - 1
}

/** The position behind the first `count` lines. */
function nthLine(text: string, count: number): number {
  let at = 0
  for (let line = 0; line < count; line += 1) {
    const next = text.indexOf('\n', at)
    if (next === -1) return text.length
    at = next + 1
  }
  return at
}
