/** The bounds of a race's tags, texts by name, and how one is written where races are looked for: `name:value`. */
export const tagsMax = 16
export const tagNameCharsMax = 64
export const tagValueCharsMax = 256

/** A name may hold a colon, so which one divides is not said: what is compared is the whole. */
export function isTagText(text: string): boolean {
  return /^.+:/s.test(text) && text.length <= tagNameCharsMax + 1 + tagValueCharsMax
}
