/** The search for words in a prompt or an answer, in capitals or not: SQL's LIKE does not find "ÜBER" by "über". */

/** The SQL function `contains_text`. `needle` must be folded. */
export function containsText(text: unknown, needle: unknown): number {
  return typeof text === 'string' && typeof needle === 'string' && foldCase(text).includes(needle) ? 1 : 0
}

/** Turkish has an i with a dot and one without, in both cases; elsewhere İ becomes two characters, i and its dot. */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('i\u0307', 'i').replaceAll('ı', 'i')
}
