/** Where a picture is: in the request itself (a `data:` URL) or at an address. */
import { type Data, readDataUrl } from './data-url.ts'
import { cannotCarry } from './dialect-error.ts'

export type ImageSource = ({ kind: 'data' } & Data) | { kind: 'url'; url: string }

export function readImageSource(url: string, param: string): ImageSource {
  if (/^https?:\/\//i.test(url)) return { kind: 'url', url }
  const data = readDataUrl(url)
  if (!data) {
    throw cannotCarry(param, 'must be an http(s) address or a picture as `data:image/png;base64,…`.')
  }
  // Many clients write image/jpg. There is no such type, and Anthropic and Gemini refuse it.
  const mediaType = data.mediaType === 'image/jpg' ? 'image/jpeg' : data.mediaType
  return { kind: 'data', mediaType, base64: data.base64 }
}
