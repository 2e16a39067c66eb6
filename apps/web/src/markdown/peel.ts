/**
 * A block that is long and still grows is peeled: its finished parts (lines of code, items, rows, quoted blocks, the
 * beginning of a paragraph) are sealed, and only the rest is lexed again, behind a stand-in for what it continues: the
 * code's fence, the table's head. Without this, a list of 16,000 tokens would be lexed whole with each new token.
 */
import type { MarkedToken, Token, Tokens } from 'marked'
import { type Block, joinBlocks, toBlock } from './block.ts'
import { countFinal } from './boundary.ts'
import { cutFlow, flowStandIn } from './flow-cut.ts'
import { nthLine } from './nth-line.ts'
import { appendPages } from './pages.ts'

export interface Peeled {
  /** The block with more of it sealed than before. */
  block: Block
  /** Where the rest begins in the token's source. */
  cut: number
  /** The text that is put before the rest when it is lexed. */
  standIn: string
  /** The tokens that were sealed, for the link definitions in them. */
  tokens: readonly Token[]
}

/** `before` with `token` as its rest, which was lexed behind a stand-in; null when that is of another kind. */
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

/** Seals what it can but the last `keepChars` of a paragraph or code. null: nothing can be sealed yet. */
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
  // Lines that continue a paragraph indented have lost their indentation in `text`: no place in it can be named.
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

/** Seals whole lines. At least one complete line stays open, so that the code's end is found as in the whole block. */
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

/** Seals all items but the last two. Only sealed items settle that the list is loose: the others can still change. */
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

/** Quoted blocks are final by the same rule as others. Lines without `>` are not cut off: they could belong to two. */
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
