/** URL.parse, which Chrome has from 126 on and Safari from 18 on. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
