/** What a `data:` URL holds. */
export interface Data {
  /** In lower case, without parameters. */
  mediaType: string
  base64: string
}

/** null when `url` is no `data:` URL in base64, or an empty one. */
export function readDataUrl(url: string): Data | null {
  const [, mediaType, base64] = /^data:([\w.+-]+\/[\w.+-]+)(?:;[^;,]*)*;base64,(.*)$/is.exec(url) ?? []
  return mediaType === undefined || !base64 ? null : { mediaType: mediaType.toLowerCase(), base64 }
}
