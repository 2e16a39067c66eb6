/**
 * Where a link of an answer may lead. The address is read as a browser would read it: character references decoded,
 * control characters gone, spaces at its ends too; then only web pages and mail pass. Anything else is no link.
 */
import { decodeEntities } from './entities.ts'

const schemes = ['http:', 'https:', 'mailto:']

/** `isLiteral` where markdown resolves no references: `<https://…>` and bare addresses. null: show the text alone. */
export function toLinkTarget(href: string, isLiteral = false): URL | null {
  const url = URL.parse(isLiteral ? href : decodeEntities(href))
  return url && schemes.includes(url.protocol) ? url : null
}

/** Pictures that are inside the answer itself; not SVG, which can be a document of its own. */
export function toDataImage(href: string): string | null {
  const address = decodeEntities(href).trim()
  return /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[\w+/=%\s-]+$/i.test(address) ? address : null
}
