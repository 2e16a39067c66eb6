/**
 * Where a link of an answer is allowed to lead. The address is read as a browser would read it: with character
 * references decoded, without control characters and outer spaces. Only web and mail addresses are links.
 */
import { parseUrl } from '../parse-url.ts'
import { decodeEntities } from './entities.ts'

const schemes = ['http:', 'https:', 'mailto:']

/** `isLiteral` where markdown decodes no references: `<https://…>` and bare addresses. null: show the text alone. */
export function toLinkTarget(href: string, isLiteral = false): URL | null {
  const url = parseUrl(isLiteral ? href : decodeEntities(href))
  return url && schemes.includes(url.protocol) ? url : null
}

/** Pictures that are inside the answer itself; not SVG, which can be a document of its own. */
export function toDataImage(href: string): string | null {
  const address = decodeEntities(href).trim()
  return /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[\w+/=%\s-]+$/i.test(address) ? address : null
}
