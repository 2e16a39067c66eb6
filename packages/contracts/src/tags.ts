/** The limits of a race's tags, texts by name, and how one is written in a search: `name:value`. */
import * as z from 'zod/mini'

export const tagsMax = 16
export const tagNameCharsMax = 64
export const tagValueCharsMax = 256

/** A name can hold a colon, so the text is not divided at one, but compared as a whole. */
export function isTagText(text: string): boolean {
  return /^.+:/s.test(text) && text.length <= tagNameCharsMax + 1 + tagValueCharsMax
}

/** `tag=name:value` of a URL, once or several times; a race must have all of them. */
export const TagQuery = z.pipe(
  z.transform((value) => (typeof value === 'string' ? [value] : value)),
  z.array(z.string().check(z.refine(isTagText, 'Write the tag as name:value.'))).check(z.maxLength(tagsMax)),
)
