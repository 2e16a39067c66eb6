/** Link definitions: those in a piece of markdown, and the labels that could need one. */
import type { Token } from 'marked'

/** By their normalised label. */
export type Definitions = Readonly<Record<string, Definition>>
export interface Definition {
  href: string
  title?: string | null | undefined
}

/** The first definition of a label wins, an already known one before any other. */
export function addDefinitions(known: Definitions, tokens: readonly Token[]): Definitions {
  const added = new Map<string, Definition>()
  for (const token of eachToken(tokens)) {
    if (token.type !== 'def' || Object.hasOwn(known, token.tag) || added.has(token.tag)) continue
    added.set(token.tag, { href: token.href, title: token.title })
  }
  // One copy for all of them: a copy for each would make the work grow with the square of their number.
  return added.size === 0 ? known : { ...known, ...Object.fromEntries(added) }
}

/** Every `[label]`, also what turns out to be something else: one too many costs a parse, one too few a link. */
export function labelsIn(source: string): string[] {
  if (!source.includes('[')) return []
  return [...source.matchAll(/\[((?:\\[\s\S]|[^\\[\]])+)\]/g)].map(([, label]) => normaliseLabel(label ?? ''))
}

/** As marked and CommonMark compare labels: without regard to case and the amount of white space. */
function normaliseLabel(label: string): string {
  return label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase()
}

function* eachToken(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    yield token
    if (token.type === 'list') for (const item of token.items) yield* eachToken(item.tokens)
    else if (token.type === 'blockquote') yield* eachToken(token.tokens ?? [])
  }
}
