/**
 * What the screen shows of a document: blocks. Those that can grow long while they stream come in two parts: the
 * finished part (`sealed`, in pages that keep their identity) and what was lexed last (`open`).
 */
import type { MarkedToken, Token, Tokens } from 'marked'
import type { Pages } from './pages.ts'

export type Block =
  | {
      kind: 'flow'
      /** 0 is a paragraph, 1 to 6 a heading, by its `#` marks, which decide how large it looks. */
      level: 0 | 1 | 2 | 3 | 4 | 5 | 6
      /** The level in the page's outline; null for paragraphs, and headings that are not part of it. */
      outlineLevel: 3 | 4 | 5 | 6 | null
      sealed: Pages<Inline>
      open: Inline
    }
  | { kind: 'code'; language: string; sealed: readonly string[]; open: string }
  | {
      kind: 'list'
      /** null: bullets. */
      start: number | null
      /** Whether the sealed items make the list loose (room between items), and whether the open ones do so far. */
      isSealedLoose: boolean
      isOpenLoose: boolean
      sealed: Pages<Item>
      open: readonly Item[]
    }
  | { kind: 'table'; header: Row; sealed: Pages<Row>; open: readonly Row[] }
  | { kind: 'quote'; sealed: Pages<Block>; open: readonly Block[] }
  | { kind: 'rule' }

export type Inline = readonly MarkedToken[]
export type Row = readonly Tokens.TableCell[]

export interface Item {
  /** Whether the task is ticked; null for an item that is no task. */
  isTicked: boolean | null
  blocks: readonly Block[]
}

export function toBlocks(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token) => toBlock(token) ?? [])
}

/** null where there is nothing to show: blank lines, definitions, and a task's box, which its item shows. */
export function toBlock(generic: Token): Block | null {
  const token = generic as MarkedToken
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return toFlow(0, token.tokens ?? [token])
    case 'heading':
      return toFlow(toLevel(token.depth), token.tokens)
    case 'code':
      return { kind: 'code', language: toLanguage(token.lang), sealed: [], open: toCodeText(token) }
    case 'list':
      return {
        kind: 'list',
        start: token.ordered && token.start !== '' ? token.start : null,
        isSealedLoose: false,
        isOpenLoose: token.loose,
        sealed: [],
        open: token.items.map(toItem),
      }
    case 'table':
      return { kind: 'table', header: token.header, sealed: [], open: token.rows }
    case 'blockquote':
      return { kind: 'quote', sealed: [], open: toBlocks(token.tokens) }
    case 'hr':
      return { kind: 'rule' }
    default:
      return null
  }
}

function toFlow(level: ReturnType<typeof toLevel> | 0, tokens: readonly Token[]): Block {
  return { kind: 'flow', level, outlineLevel: null, sealed: [], open: tokens as MarkedToken[] }
}

/** The sealed part of `before`, then the rest as it was lexed now; null when the two are of different kinds. */
export function joinBlocks(before: Block, now: Block): Block | null {
  if (before.kind === 'flow' && now.kind === 'flow') return { ...now, sealed: before.sealed }
  if (before.kind === 'code' && now.kind === 'code') return { ...now, sealed: before.sealed }
  if (before.kind === 'table' && now.kind === 'table') return { ...now, sealed: before.sealed }
  if (before.kind === 'quote' && now.kind === 'quote') return { ...now, sealed: before.sealed }
  if (before.kind === 'list' && now.kind === 'list') {
    const { sealed, start, isSealedLoose } = before
    return { ...now, start, sealed, isSealedLoose }
  }
  return null
}

/** marked puts a task's box in different places in tight and in loose lists; here it belongs to the item. */
function toItem(item: Tokens.ListItem): Item {
  const [first, ...others] = item.tokens
  const isBoxInside = first?.type === 'paragraph' && first.tokens?.[0]?.type === 'checkbox'
  const tokens = isBoxInside ? [{ ...first, tokens: first.tokens?.slice(1) }, ...others] : item.tokens
  return { isTicked: item.task ? item.checked === true : null, blocks: toBlocks(tokens) }
}

function toLevel(depth: number): 1 | 2 | 3 | 4 | 5 | 6 {
  return Math.min(6, Math.max(1, depth)) as 1 | 2 | 3 | 4 | 5 | 6
}

/** The first word of an info string such as `ts title="a.ts"`; marked gives the whole line. */
function toLanguage(info: string | undefined): string {
  return (info ?? '').trim().split(/\s+/, 1)[0] ?? ''
}

/** marked ends empty and unfinished code with a line break, which its own renderer removes too. */
function toCodeText(token: Tokens.Code): string {
  return token.text.replace(/\n$/, '')
}
