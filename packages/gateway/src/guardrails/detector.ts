/**
 * What a guardrail looks for. A detector is one file: it finds spans in a text, and says which end of a text that is still
 * arriving could be the beginning of one. Both must agree, so that a text in pieces is found out like the whole:
 *
 * a span that begins before `open` is the same however the text goes on.
 */
export interface Detector {
  /** What it finds, in a word: `[label]` takes its place. */
  readonly label: string
  /** The first span that begins at `from` or later; what stands before `from` is only looked at as a neighbour. */
  find(text: string, from: number): Span | null
  /** The first place from `from` on where a span could begin or still grow, if the text went on; its length when nowhere. */
  open(text: string, from: number): number
  /**
   * For what has no longest form (a key, a certificate): where a span that was found up to `from` really ends; null while
   * it still goes on. It is masked as it arrives, so it needs no holding back.
   */
  rest?(text: string, from: number): number | null
}

export interface Span {
  start: number
  /** Behind its last character. */
  end: number
}
