/**
 * The markdown of answers: marked's GFM, narrowed where a construct would let later text change blocks that are long
 * finished, or cost more than it is worth.
 *
 * - Raw HTML opens no block: it is shown as text, and `<pre>` or `<!--` without an end would take in the rest.
 * - Tags and character references keep no state from one block to the next; references are decoded when rendered.
 * - A link definition stands on its own lines: label on one line, title on one line. marked would let a title begin in
 *   one paragraph and end ten paragraphs later.
 * - Containers, emphasis and links nest to `depthMax`; what is deeper is text. Else 5,000 `>` would overflow the stack.
 * - Emphasis and a link's text have a maximum length.
 *
 * And it has two things that GFM has not. Emphasis needs no spaces around it in Chinese, Japanese and Korean
 * (`cjk-emphasis.ts`). And TeX between `\(` and `\)`, `\[` and `\]`, or `$$` is shown as it is written: read as
 * markdown it would lose its backslashes, and with them its meaning. TeX that begins a line and ends on a later one
 * ends the paragraph before it, and none of its lines is read as a list, a heading or a table.
 */
import {
  Lexer,
  type Links,
  type MarkedOptions,
  type Token,
  Tokenizer,
  type TokenizerThis,
  type Tokens,
} from 'marked'
import { createCjkMasks, openingRules } from './cjk-emphasis.ts'
import { addDefinitions, type Definitions } from './definitions.ts'
import { nthLine } from './nth-line.ts'

/** Levels of quotes, lists and emphasis within each other; nobody can read that many. */
const depthMax = 50

/** A link's text, emphasis and TeX end within this: else each of a thousand lone `[` or `*` costs the whole text. */
const spanCharsMax = 2000

/** Tokens of `source`, with labels resolved by the `known` definitions and its own; `definitions` holds both. */
export function lex(source: string, known: Definitions): { tokens: Token[]; definitions: Definitions } {
  const lexer = new LaneLexer({
    gfm: true,
    tokenizer: new LaneTokenizer(),
    extensions: texExtensions,
  })
  Object.assign(lexer.tokens.links, known)
  try {
    lexer.lex(source)
    return { tokens: [...lexer.tokens], definitions: lexer.tokens.links }
  } catch {
    // marked throws where a rule consumes nothing, and its patterns can exhaust the stack: plain text beats none.
    return { tokens: [plainParagraph(source)], definitions: known }
  }
}

class LaneLexer extends Lexer {
  #depth = 0

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (this.#depth >= depthMax) {
      tokens.push(plainText(source))
      return tokens
    }
    this.#depth += 1
    try {
      return super.inlineTokens(source, tokens)
    } finally {
      this.#depth -= 1
    }
  }
}

class LaneTokenizer extends Tokenizer {
  #depth = 0
  readonly #cjkMask = createCjkMasks()

  override html(): undefined {
    return undefined
  }

  override escape(source: string): Tokens.Escape | undefined {
    return readTex(source) ? undefined : super.escape(source)
  }

  override codespan(source: string): Tokens.Codespan | undefined {
    return readTex(source) ?? super.codespan(source)
  }

  override tag(source: string): Tokens.Tag | undefined {
    if (source.charCodeAt(0) !== 60) return undefined
    const raw = this.rules.inline.tag.exec(source)?.[0]
    return raw ? { type: 'html', raw, text: raw, inLink: false, inRawBlock: false, block: false } : undefined
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    return source.slice(0, spanCharsMax).includes('](') ? super.link(source) : undefined
  }

  override reflink(source: string, links: Links) {
    const head = source.slice(0, spanCharsMax)
    return super.reflink(head.includes(']') ? head : source.slice(0, 2), links)
  }

  override emStrong(source: string, plain: string, previous?: string) {
    // Masked for `*` alone: a bracket that counts as a letter beside `*` is still a bracket beside `_`.
    const masked = source.startsWith('*') ? this.#cjkMask(plain) : plain
    this.rules.inline = openingRules(source, masked)
    if (masked.length <= spanCharsMax) return super.emStrong(source, masked, previous)
    return super.emStrong(source.slice(0, spanCharsMax), maskedWindow(source, masked), previous)
  }

  override del(source: string, plain: string, previous?: string) {
    const masked = source.startsWith('~') ? this.#cjkMask(plain) : plain
    this.rules.inline = openingRules(source, masked)
    if (masked.length <= spanCharsMax) return super.del(source, masked, previous)
    return super.del(source.slice(0, spanCharsMax), maskedWindow(source, masked), previous)
  }

  override inlineText(source: string): Tokens.Text | undefined {
    const raw = this.rules.inline.text.exec(source)?.[0]
    if (!raw) return undefined
    // TeX can begin at `$$`.
    const next = raw.indexOf('$$', raw.startsWith('$$') ? 2 : 1)
    return plainText(next === -1 ? raw : raw.slice(0, next))
  }

  override def(source: string): Tokens.Def | undefined {
    if (!/^ {0,3}\[(?:\\.|[^\\[\]\n])+\]:/.test(source)) return undefined
    for (const lines of [3, 2, 1]) {
      const token = super.def(source.slice(0, nthLine(source, lines)))
      if (!token?.title?.includes('\n')) return token
    }
    return undefined
  }

  override lheading(source: string): Tokens.Heading | undefined {
    const heading = super.lheading(source)
    return heading && findTexBlock(source, heading.raw.length) === null ? heading : undefined
  }

  /** A line of tabs ends a table like any blank line; marked takes it for a row. */
  override table(source: string): Tokens.Table | undefined {
    if (!/^[^\n]+\n {0,3}[|:-]/.test(source)) return undefined
    const blank = source.search(/\n[ \t]*\n/)
    return super.table(blank === -1 ? source : source.slice(0, blank + 1))
  }

  override blockquote(source: string): Tokens.Blockquote | undefined {
    // marked tries this at each block: blocks that are no quote must not pay for the known definitions.
    if (!/^ {0,3}>/.test(source)) return undefined
    if (this.#depth < depthMax) return this.#within(() => this.#quote(source))
    const text = this.rules.block.blockquote.exec(source)?.[0].replace(/\n+$/, '')
    return text ? { type: 'blockquote', raw: text, text, tokens: [plainParagraph(text)] } : undefined
  }

  override list(source: string): Tokens.List | undefined {
    return this.#depth < depthMax ? this.#within(() => super.list(source)) : undefined
  }

  /**
   * marked lexes a quote's end twice. The second time it takes the quote's last words for the text before a list, and
   * throws at "- a\n  > 1.\nb"; and definitions found the first time stay known, though the quote has them no longer.
   */
  #quote(source: string): Tokens.Blockquote | undefined {
    const { state, tokens } = this.lexer
    const { lastToken } = state
    const known = tokens.links
    delete state.lastToken
    // The known definitions become the prototype; a copy for each of many quotes would cost too much.
    tokens.links = Object.create(known)
    const quote = super.blockquote(source)
    tokens.links = known
    Object.assign(state, { lastToken })
    for (const [label, definition] of Object.entries(addDefinitions({}, quote?.tokens ?? []))) {
      if (!(label in known)) known[label] = definition
    }
    return quote
  }

  #within<Result>(work: () => Result): Result {
    this.#depth += 1
    try {
      return work()
    } finally {
      this.#depth -= 1
    }
  }
}

const texMarks: Readonly<Record<string, string>> = { '\\(': '\\)', '\\[': '\\]', $$: '$$' }

/** TeX as a code token whose text includes its marks; undefined when it does not end within `spanCharsMax`. */
function readTex(source: string): Tokens.Codespan | undefined {
  const close = texMarks[source.slice(0, 2)]
  const end = close ? source.slice(0, spanCharsMax).indexOf(close, 3) : -1
  if (end === -1) return undefined
  const raw = source.slice(0, end + 2)
  return { type: 'codespan', raw, text: raw }
}

/**
 * The length of the TeX that begins the first line and ends on a later one, including the whole of that later line; 0
 * when there is none. TeX whose end can still come is as long as the text: else a line of it that looks like a list
 * would be final before the end comes.
 */
function texBlockLength(source: string): number {
  const [head = '', mark = ''] = /^ {0,3}(\$\$|\\\[)/.exec(source) ?? []
  if (mark === '') return 0
  const span = source.slice(0, spanCharsMax)
  const [block = ''] = span.split(/\n[ \t]*\n/, 1)
  const close = block.indexOf(texMarks[mark] ?? mark, head.length)
  const firstLine = block.indexOf('\n')
  if (firstLine === -1 || (close !== -1 && close < firstLine)) return 0
  if (close === -1) return block.length === source.length ? source.length : 0
  const end = source.indexOf('\n', close)
  return end === -1 ? source.length : end + 1
}

/** As extensions, because marked joins no text for a tokenizer that has a `paragraph` of its own. */
const texExtensions: MarkedOptions['extensions'] = {
  renderers: {},
  childTokens: {},
  block: [
    function (this: TokenizerThis, source: string) {
      const raw = source.slice(0, texBlockLength(source))
      if (raw === '') return undefined
      const text = raw.replace(/\n$/, '')
      return { type: 'text', raw, text, tokens: this.lexer.inline(text) }
    },
  ],
  startBlock: [(source: string) => findTexBlock(source, source.search(/\n[ \t]*\n|$/)) ?? -1],
}

/** Where, within `length` characters, a line other than the first begins such TeX; null when none does. */
function findTexBlock(source: string, length: number): number | null {
  for (let at = nextLine(source, 0); at < length; at = nextLine(source, at)) {
    if (texBlockLength(source.slice(at)) > 0) return at
  }
  return null
}

function nextLine(source: string, from: number): number {
  return source.indexOf('\n', from) + 1 || source.length
}

/** The code block that `source` begins with, if it does: found in one pass, however long it is. */
export function lexFence(source: string): Tokens.Code | undefined {
  const tokenizer = new LaneTokenizer()
  // It gets its rules from the lexer.
  new LaneLexer({ gfm: true, tokenizer })
  return tokenizer.fences(source)
}

/** A paragraph whose text is not lexed. */
export function plainParagraph(source: string): Tokens.Paragraph {
  return { type: 'paragraph', raw: source, text: source, tokens: [plainText(source)] }
}

function plainText(source: string): Tokens.Text {
  return { type: 'text', raw: source, text: source }
}

/** The masked text of the span and 100 characters before it, in case the span begins within a run of delimiters. */
function maskedWindow(source: string, masked: string): string {
  const at = masked.length - source.length
  return masked.slice(Math.max(0, at - 100), at + spanCharsMax)
}
