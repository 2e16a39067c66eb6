/**
 * A document that grows at its end, as blocks for the screen. `advance` folds the text so far into the state before and
 * lexes only what is not yet final, so that the work grows with an answer's length, not with its square. However a text
 * is cut into pieces, the result is the blocks of the whole text; advance.test.tsx tests this.
 *
 * Sealed blocks are never lexed again, with one exception: when a link definition arrives that a sealed `[label]` was
 * waiting for, everything is lexed again, at most once for each eighth of growth and once at the end.
 */
import type { Block } from './block.ts'
import { type Definitions, labelsIn } from './definitions.ts'
import { type Outline, placeHeadings } from './outline.ts'
import { appendPages, type Pages } from './pages.ts'
import { divide, type Limits, type LongBlock, readTail, type Tail } from './tail.ts'

export interface Document {
  /** The text so far, with `\n` as line ends. */
  source: string
  /** More text can come. */
  isOpen: boolean
  sealed: Pages<Block>
  tail: readonly Block[]
  /** The end of `source` that is not lexed yet; '' unless a long block cannot be cut. */
  unread: string
  /** What the next call of `advance` needs. */
  memory: Memory
}

interface Memory {
  /** Where the tail begins, and how far it was lexed. */
  offset: number
  lexedTo: number
  /** The long block that the tail continues. */
  long: LongBlock | null
  /** Where a block begins that was cut and turned out to be of another kind: it is not cut again. */
  uncut: number | null
  /** The sealed headings that the next heading can be below. */
  outline: Outline
  /** Link definitions of the sealed part; and these with those of the tail, which can still change. */
  definitions: Definitions
  tailDefinitions: Definitions
  /** Labels in the sealed part that nothing defines yet. */
  wanted: ReadonlySet<string>
  /** One of the wanted labels was defined since. */
  isStale: boolean
  /** How long the text was when everything was last lexed. */
  renewedAt: number
}

const defaultLimits: Limits = {
  longChars: 1500,
  keepChars: 250,
  patientChars: 8_000,
  plainChars: 60_000,
  sliceChars: 16_000,
}

export const emptyDocument: Document = toEmpty({}, 0)

/** `text` is all of the text so far. When it does not continue the text before, it begins a new document. */
export function advance(
  previous: Document,
  text: string,
  isOpen: boolean,
  limits: Limits = defaultLimits,
): Document {
  const source = withoutReturns(text, previous.source)
  if (source === previous.source && isOpen === previous.isOpen) return previous
  const isContinued = previous.isOpen && beginsWith(source, previous.source)
  const next = readOn(isContinued ? previous : emptyDocument, source, isOpen, limits)
  const { isStale, tailDefinitions, definitions, renewedAt } = next.memory
  if (!isStale || (isOpen && source.length * 8 < renewedAt * 9)) return next
  return readOn(toEmpty(isOpen ? definitions : tailDefinitions, source.length), source, isOpen, limits)
}

/** Turns `\r\n` and `\r` into `\n`. Where the old part had none, only the new part is searched. */
function withoutReturns(text: string, before: string): string {
  const from = beginsWith(text, before) ? before.length : 0
  return text.indexOf('\r', from) === -1 ? text : text.replace(/\r\n?/g, '\n')
}

/** `startsWith` compares character by character, `===` in blocks: 64 against 4 µs at 16,000 tokens. */
function beginsWith(text: string, start: string): boolean {
  return text.slice(0, start.length) === start
}

function toEmpty(definitions: Definitions, renewedAt: number): Document {
  const memory: Memory = {
    offset: 0,
    lexedTo: 0,
    long: null,
    uncut: null,
    outline: [],
    definitions,
    tailDefinitions: definitions,
    wanted: new Set(),
    isStale: false,
    renewedAt,
  }
  return { source: '', isOpen: true, sealed: [], tail: [], unread: '', memory }
}

function readOn(before: Document, source: string, isOpen: boolean, limits: Limits): Document {
  let document = before
  while (document.source.length < source.length) {
    const text = source.slice(0, document.source.length + limits.sliceChars)
    document = isWorthLexing(document.memory, text, limits)
      ? lexTail(document, text, limits)
      : { ...document, source: text, unread: text.slice(document.memory.lexedTo) }
  }
  return isOpen ? document : close(document, limits)
}

function isWorthLexing({ offset, lexedTo }: Memory, text: string, { patientChars }: Limits): boolean {
  const length = text.length - offset
  return length < patientChars || (text.length - lexedTo) * 8 >= length
}

function lexTail(document: Document, source: string, limits: Limits): Document {
  const { memory } = document
  const tail = readTail(source, memory.offset, memory.long, memory.definitions, limits)
  if (tail === null) return lexTail(forgetLong(document), source, limits)
  const { count, long, offset, definitions } = divide(tail, source, memory, limits)
  const isCut = long !== memory.long && long !== null
  const final = placeHeadings(shown(tail, 0, count), memory.outline)
  const open = placeHeadings(isCut ? [long.block] : shown(tail, count), final.outline)
  return {
    source,
    isOpen: true,
    sealed: appendPages(document.sealed, final.blocks),
    tail: open.blocks,
    unread: '',
    memory: {
      ...memory,
      offset,
      lexedTo: source.length,
      long,
      outline: final.outline,
      definitions,
      tailDefinitions: tail.definitions,
      wanted: addWanted(memory.wanted, source.slice(memory.offset, offset), definitions),
      isStale: memory.isStale || hasNew(memory.wanted, definitions),
    },
  }
}

function shown({ blocks }: Tail, start: number, end = blocks.length): Block[] {
  return blocks.slice(start, end).filter((block) => block !== null)
}

/** From now on the long block is lexed whole. */
function forgetLong(document: Document): Document {
  const start = document.memory.long?.start ?? document.memory.offset
  return { ...document, memory: { ...document.memory, offset: start, long: null, uncut: start } }
}

/** Nothing more comes: the open blocks are final. */
function close(open: Document, limits: Limits): Document {
  const document = open.unread === '' ? open : lexTail(open, open.source, limits)
  const { memory } = document
  return {
    ...document,
    isOpen: false,
    sealed: appendPages(document.sealed, document.tail),
    tail: [],
    memory: { ...memory, isStale: memory.isStale || hasNew(memory.wanted, memory.tailDefinitions) },
  }
}

function addWanted(
  wanted: ReadonlySet<string>,
  sealed: string,
  definitions: Definitions,
): ReadonlySet<string> {
  const labels = labelsIn(sealed).filter((label) => !Object.hasOwn(definitions, label) && !wanted.has(label))
  return labels.length === 0 ? wanted : new Set([...wanted, ...labels])
}

function hasNew(wanted: ReadonlySet<string>, definitions: Definitions): boolean {
  if (wanted.size === 0) return false
  return Object.keys(definitions).some((label) => wanted.has(label))
}
