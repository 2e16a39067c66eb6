/**
 * Makes a name from outside fit for a header. Node refuses line ends and letters beyond Latin-1 there, and clients
 * disagree on how to read Latin-1. All characters but visible ASCII and spaces are percent-encoded as UTF-8, and so is
 * `%`, so that `decodeURIComponent` gives the name back. Spaces at the ends are encoded too, because HTTP drops them.
 */
export function toHeaderText(text: string): string {
  // encodeURIComponent throws on half of a surrogate pair.
  return text.toWellFormed().replace(/[^\x20-\x7e]+|%|^ +| +$/g, encodeURIComponent)
}
