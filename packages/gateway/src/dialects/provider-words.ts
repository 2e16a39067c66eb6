/**
 * The words of a provider's refusal, which may be of any length and form. Whoever reads them works in time that grows with
 * their length and no faster: all calls wait meanwhile.
 */

/** A provider may quote the whole request. */
const messageCharsMax = 2_000

/** To be done before anything is looked for in it. */
export function shortenMessage(message: string): string {
  return message.length <= messageCharsMax ? message : `${message.slice(0, messageCharsMax - 1)}…`
}

/**
 * Of a model, of an answer, or of why it ended. A provider may name them as it likes, and the name is kept in metrics, books,
 * traces and headers.
 */
const nameCharsMax = 200

/** A copy: a part of a long text would keep all of it in memory. */
export function shortenName(name: string): string {
  return name.length <= nameCharsMax ? name : Buffer.from(name.slice(0, nameCharsMax)).toString()
}

/** Of a web page, such as a proxy's; empty where it has none. */
export function readPageTitle(page: string): string {
  // Neither part goes beyond the next "<": each letter of a page full of half tags is looked at once.
  return /<title[^<>]*>([^<]*)/i.exec(page)?.[1]?.trim() ?? ''
}
