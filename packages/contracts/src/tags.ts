/** The bounds of a race's tags, texts by name, and how one is written where races are looked for: `name:value`. */
import * as z from 'zod/mini'

export const tagsMax = 16
export const tagNameCharsMax = 64
export const tagValueCharsMax = 256

/** A name may hold a colon, so which one divides is not said: what is compared is the whole. */
export function isTagText(text: string): boolean {
  return /^.+:/s.test(text) && text.length <= tagNameCharsMax + 1 + tagValueCharsMax
}

/** `tag=name:value` of an address, once or several times; each must be there. */
export const TagQuery = z.pipe(
  z.transform((value) => (typeof value === 'string' ? [value] : value)),
  z.array(z.string().check(z.refine(isTagText, 'Write the tag as name:value.'))).check(z.maxLength(tagsMax)),
)
