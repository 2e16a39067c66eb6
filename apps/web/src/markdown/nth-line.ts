/** The position behind the first `count` lines of a text; its end where it has fewer. */
export function nthLine(text: string, count: number): number {
  let at = 0
  for (let line = 0; line < count; line += 1) {
    const next = text.indexOf('\n', at)
    if (next === -1) return text.length
    at = next + 1
  }
  return at
}
