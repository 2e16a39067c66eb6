/**
 * The simulator's tokens: a piece of a word of at most eight letters, up to three digits, or up to three signs, each
 * with one space before it if there is one; or a run of line ends; or a run of other white space.
 *
 * English has about four characters a token, as with real tokenizers. Joined again, the tokens are the text, and the
 * beginning of a text has the same tokens by itself, so that counts can be checked by splitting the received text.
 */
export function splitTokens(text: string): string[] {
  return text.match(piece) ?? []
}

const piece = / ?\p{L}[\p{L}\p{M}]{0,7}| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]{1,3}|\n+|[^\S\n]+/gu
