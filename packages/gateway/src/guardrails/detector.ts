/**
 * What a guardrail looks for. A detector is one file. It finds spans in a text, and says which end of a text that is
 * still arriving could be the beginning of a span. The two must agree, so that a text in pieces is masked like the
 * whole:
 *
 * a span that begins before `open` is the same however the text goes on.
 */
export interface Detector {
  /** One word for what it finds: `[label]` replaces a match. */
  readonly label: string
  /** The first span that begins at `from` or later. The text before `from` only tells what stands next to a span. */
  find(text: string, from: number): Span | null
  /**
   * The first place from `from` on where a span could begin, or still grow, if the text went on; the text's length if
   * there is none.
   */
  open(text: string, from: number): number
  /**
   * For spans of unlimited length (a key, a certificate), found up to `from`: where the span really ends; null while it
   * still goes on. This rest is masked as it arrives, so it is not held back.
   */
  rest?(text: string, from: number): number | null
}

export interface Span {
  start: number
  /** The place after its last character. */
  end: number
}
