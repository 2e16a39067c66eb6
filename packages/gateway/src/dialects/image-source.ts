/** Where a picture is: in the request itself (a `data:` URL) or at an address. */
import { cannotCarry } from './dialect-error.ts'

export type ImageSource = { kind: 'data'; mediaType: string; base64: string } | { kind: 'url'; url: string }

export function readImageSource(url: string, param: string): ImageSource {
  if (/^https?:\/\//i.test(url)) return { kind: 'url', url }
  const [, mediaType, base64] = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=-]+)*;base64,(.*)$/is.exec(url) ?? []
  if (mediaType === undefined || !base64) {
    throw cannotCarry(param, 'must be an http(s) address or a picture as `data:image/png;base64,…`.')
  }
  const type = mediaType.toLowerCase()
  // Many write it so; there is no such type, and Anthropic and Gemini refuse it.
  return { kind: 'data', mediaType: type === 'image/jpg' ? 'image/jpeg' : type, base64 }
}
