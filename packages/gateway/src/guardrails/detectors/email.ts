/** Mail addresses as people write them: any letters before the `@`, a host of up to five parts behind it. */
import type { Detector } from '../detector.ts'
import { createPattern, type Pattern } from '../pattern.ts'

const local = '[\\p{L}\\p{N}_.%+\\-]{1,64}'
const host = '(?:[\\p{L}\\p{N}\\-]{1,63}\\.){1,4}\\p{L}{2,24}'
/** What it finds; `find` is faster. */
export const emailPattern: Pattern = { label: 'email', source: `${local}@${host}`, charsMax: 1_000 }

/**
 * The same by JavaScript's own engine, from each `@` to both sides: some ten times as fast as RE2 on the worst text. Neither
 * side goes beyond the next `@`, so no letter is looked at more than a few times, whatever the text.
 */
const aroundAt = new RegExp(`@(?<=(${local})@)${host}`, 'gu')

export function createEmail(): Detector {
  return {
    ...createPattern(emailPattern),
    find(text, from) {
      aroundAt.lastIndex = from
      for (let match = aroundAt.exec(text); match; match = aroundAt.exec(text)) {
        const start = Math.max(from, match.index - match[1]!.length)
        if (start < match.index) return { start, end: aroundAt.lastIndex }
      }
      return null
    },
  }
}
