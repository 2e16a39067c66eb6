/**
 * The text of a provider's refusal, which can be of any length and form. It must be read in linear time, because all
 * other calls wait meanwhile.
 */

/** A provider can quote the whole request in its message. */
const messageCharsMax = 2_000

/** Shorten a message before you search it. */
export function shortenMessage(message: string): string {
  return message.length <= messageCharsMax ? message : `${message.slice(0, messageCharsMax - 1)}…`
}

/**
 * For the name of a model, the id of an answer, or its finish reason. A provider chooses them freely, and they are kept
 * in metrics, books, traces and headers.
 */
const nameCharsMax = 200

/** Copies, because a slice of a long string would keep all of it in memory. */
export function shortenName(name: string): string {
  return name.length <= nameCharsMax ? name : Buffer.from(name.slice(0, nameCharsMax)).toString()
}

/** The title of a web page, such as a proxy's; '' where it has none. */
export function readPageTitle(page: string): string {
  // Neither part of the pattern goes beyond the next "<": so a page full of half tags is read in linear time.
  return /<title[^<>]*>([^<]*)/i.exec(page)?.[1]?.trim() ?? ''
}
