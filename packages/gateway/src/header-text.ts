/**
 * Names from outside, as headers carry them: Node refuses a line end or a letter beyond Latin-1, and clients read Latin-1 as
 * they please. What is no visible ASCII is percent-encoded as UTF-8, and so is `%`, so that `decodeURIComponent` gives the
 * name back. Spaces within stay: at the ends HTTP would drop them.
 */
export function toHeaderText(text: string): string {
  // encodeURIComponent throws on half of a surrogate pair.
  return text.toWellFormed().replace(/[^\x20-\x7e]+|%|^ +| +$/g, encodeURIComponent)
}
