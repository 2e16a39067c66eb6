/** The end of a document that is not final: lexed anew, and divided into what is final and what can still change. */
import type { Token } from 'marked'
import { type Block, toBlock } from './block.ts'
import { countBeforeLast, countFinal } from './boundary.ts'
import { addDefinitions, type Definitions, labelsIn } from './definitions.ts'
import { lex, lexFence, plainParagraph } from './dialect.ts'
import { continueBlock, peel } from './peel.ts'

export interface Limits {
  /** A block from this length on is cut where it can be. */
  longChars: number
  /** How much of its end stays open. */
  keepChars: number
  /** A tail from this length on is lexed only after growing by an eighth. */
  patientChars: number
  /**
   * A tail from this length on is shown as plain text, except for a code block that it begins with: lexing hostile text
   * can cost the square of its length.
   */
  plainChars: number
  /** Text that arrives all at once is lexed in slices of this length. */
  sliceChars: number
}

/** A long block of which the first part is sealed. */
export interface LongBlock {
  /** Only its sealed parts are used; the open ones are lexed again. */
  block: Block
  /** The text that is put before the rest when it is lexed. */
  standIn: string
  /** Where the whole block begins in the document. */
  start: number
}

export interface Tail {
  tokens: readonly Token[]
  /** One for each token; null where there is nothing to show. */
  blocks: readonly (Block | null)[]
  /** Where each token begins in the document; the last entry is where the last token ends. */
  starts: readonly number[]
  /** Whether the tokens' sources add up to the text; if not, positions in it cannot be computed. */
  isExact: boolean
  /** All known definitions, including those of the tail. */
  definitions: Definitions
}

export interface Division {
  /** How many tokens are final. */
  count: number
  /** The token behind them, when it is a long block that is final in part. */
  long: LongBlock | null
  /** Where the new tail begins in the document. */
  offset: number
  /** The definitions of the final part. */
  definitions: Definitions
}

/** null when the new text shows that the long block is of another kind than it seemed, and must be lexed whole. */
export function readTail(
  source: string,
  offset: number,
  long: LongBlock | null,
  known: Definitions,
  limits: Limits,
): Tail | null {
  const standIn = long?.standIn ?? ''
  const text = standIn + source.slice(offset)
  const { tokens, definitions } = lexBounded(text, known, limits)
  const blocks = tokens.map(toBlock)
  if (long) {
    const continued = tokens[0] ? continueBlock(long.block, tokens[0]) : null
    if (!continued) return null
    blocks[0] = continued
  }
  const starts = [offset - standIn.length]
  for (const { raw } of tokens) starts.push(starts.at(-1)! + raw.length)
  return { tokens, blocks, starts, isExact: tokens.map(({ raw }) => raw).join('') === text, definitions }
}

function lexBounded(text: string, known: Definitions, limits: Limits): ReturnType<typeof lex> {
  if (text.length < limits.plainChars) return lex(text, known)
  const code = lexFence(text)
  if (!code) return { tokens: [plainParagraph(text)], definitions: known }
  const rest = lexBounded(text.slice(code.raw.length), known, limits)
  return { tokens: [code, ...rest.tokens], definitions: rest.definitions }
}

export function divide(
  tail: Tail,
  source: string,
  before: { offset: number; long: LongBlock | null; uncut: number | null; definitions: Definitions },
  limits: Limits,
): Division {
  const { offset, long, definitions } = before
  const nothing = { count: 0, long, offset, definitions }
  if (!tail.isExact) return nothing
  const division = divideLong(tail, before, limits) ?? divideBlocks(tail, before, countFinal(tail.tokens))
  if (division.offset === offset) return nothing
  return isResolvedByTail(tail, source.slice(offset, division.offset), division.definitions)
    ? nothing
    : division
}

function divideBlocks(
  { tokens, starts }: Tail,
  before: { definitions: Definitions; long: LongBlock | null; offset: number },
  count: number,
): Division {
  if (count === 0) return { count, ...before }
  const definitions = addDefinitions(before.definitions, tokens.slice(0, count))
  return { count, long: null, offset: starts[count]!, definitions }
}

function divideLong(
  tail: Tail,
  before: { offset: number; definitions: Definitions; long: LongBlock | null; uncut: number | null },
  limits: Limits,
): Division | null {
  const { tokens, blocks, starts } = tail
  const count = countBeforeLast(tokens)
  const token = count === null ? undefined : tokens[count]
  const block = count === null ? null : blocks[count]
  if (count === null || !token || !block || token.raw.length < limits.longChars) return null
  const start = count === 0 && before.long ? before.long.start : starts[count]!
  if (start === before.uncut) return null
  const peeled = peel(block, token, limits.keepChars)
  // What stands before it is final, though it cannot be cut itself.
  if (!peeled) return divideBlocks(tail, before, count)
  return {
    count,
    long: { block: peeled.block, standIn: peeled.standIn, start },
    offset: starts[count]! + peeled.cut,
    definitions: addDefinitions(before.definitions, [...tokens.slice(0, count), ...peeled.tokens]),
  }
}

/** Whether a label of the final part is resolved by a definition that is not final, whose address can still change. */
function isResolvedByTail(tail: Tail, sealed: string, definitions: Definitions): boolean {
  const unsure = new Set(Object.keys(tail.definitions).filter((label) => !Object.hasOwn(definitions, label)))
  return unsure.size > 0 && labelsIn(sealed).some((label) => unsure.has(label))
}
