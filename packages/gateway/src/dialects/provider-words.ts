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

/** The text of a body that is not JSON; of a web page, such as a proxy's, only the title. '' when there is no text. */
export function readText(body: string): string {
  if (!/^\s*<(!doctype|html|head|body)/i.test(body)) return body.trim()
  // Neither part of the pattern goes beyond the next "<": so a page full of half tags is read in linear time.
  const title = /<title[^<>]*>([^<]*)/i.exec(body)?.[1]?.trim()
  return title ? `a web page instead of an answer: ${title}` : 'a web page instead of an answer'
}
