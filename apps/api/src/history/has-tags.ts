/**
 * Whether a race has all of these tags, each as `name:value`. They are compared as wholes, because a name can hold a
 * colon. `tagsJson` is the text of the column.
 */
export function hasTags(tagsJson: string, asked: readonly string[]): boolean {
  const tags = Object.entries(JSON.parse(tagsJson) as Record<string, string>)
  const texts = tags.map(([name, value]) => `${name}:${value}`)
  return asked.every((text) => texts.includes(text))
}
