/**
 * Has a race all of these tags, each as `name:value`? Compared whole: a name may hold a colon. `tagsJson` is its
 * column's text.
 */
export function hasTags(tagsJson: string, asked: readonly string[]): boolean {
  const tags = Object.entries(JSON.parse(tagsJson) as Record<string, string>)
  const texts = tags.map(([name, value]) => `${name}:${value}`)
  return asked.every((text) => texts.includes(text))
}
