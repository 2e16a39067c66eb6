/**
 * What the simulator calls a token: a piece of a word of at most eight letters, up to three digits, or up to three
 * signs, each with the one space before it; or a run of line ends; or a run of other white space.
 *
 * English comes to about four characters a token, as with real tokenizers. Joined again, the tokens are the text, and
 * the first tokens of a text split the same by themselves: counts can be checked by splitting what was received.
 */
export function splitTokens(text: string): string[] {
  return text.match(piece) ?? []
}

const piece = / ?\p{L}[\p{L}\p{M}]{0,7}| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]{1,3}|\n+|[^\S\n]+/gu
