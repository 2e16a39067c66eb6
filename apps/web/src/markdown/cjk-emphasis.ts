/**
 * Emphasis in Chinese, Japanese and Korean. In CommonMark the characters on both sides of a run of `*` decide: between
 * a punctuation mark and a letter it can only open, or only close. That assumes spaces between words; where none are
 * written, the asterisks of `**「引用」**は` stay text. Here a run of `*` or `~` with a CJK character on either side is
 * treated as if it stood between two letters. `_` keeps CommonMark's rule, which forbids it between letters, and is
 * judged by its real neighbours.
 *
 * The rule: https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md
 */
import { Lexer, type Tokenizer } from 'marked'

const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo'].map((name) => `\\p{Script=${name}}`)
/** With the punctuation and the full-width forms used in these scripts, but without the ideographic space. */
const cjk = `[${scripts.join('')}\\u3001-\\u33FF\\uFE10-\\uFE1F\\uFE30-\\uFE4F\\uFF01-\\uFFEF]`
/** A variation selector says how the character before it is drawn. */
const variant = '[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]?'
const run = '(?:\\*+|~+)'
const other = '[^\\s*~_]'

/**
 * A CJK character beside a run, and the character on the run's other side, unless that is a delimiter too. The cheap
 * condition comes first: else each of a thousand asterisks would look back over all of them.
 */
const besideRun = new RegExp(
  `${cjk}${variant}(?=[*~])|(?<=[*~])${cjk}|${other}(?=${run}${cjk})|(?=${other})(?<=${cjk}${variant}${run})${other}`,
  'gu',
)
/** Repeated to the length of what it replaces, because marked aligns the masked text with the source. */
const letter = '字'

/** Masks the characters on both sides of a run as letters. Text without CJK characters stays as it is. */
export function maskBesideCjk(masked: string): string {
  return masked.replace(besideRun, (beside) => letter.repeat(beside.length))
}

/** `maskBesideCjk` with a memory for one document: marked asks for a text's mask at each asterisk in it. */
export function createCjkMasks(): (masked: string) => string {
  const made = new Map<string, string>()
  return (masked) => {
    const known = made.get(masked)
    if (known !== undefined) return known
    const mask = maskBesideCjk(masked)
    made.set(masked, mask)
    return mask
  }
}

/** The rules by which the run at the start of `source` can open emphasis: there marked reads the source, no mask. */
export function openingRules(source: string, masked: string): Tokenizer['rules']['inline'] {
  runBesideLetter.lastIndex = masked.length - source.length
  return runBesideLetter.test(masked) ? cjkRules : rules
}

const rules = Lexer.rules.inline.gfm
/** With the groups of marked's own patterns. What follows a run is either white space or treated as a letter. */
const cjkRules = {
  ...rules,
  emStrongLDelim: /^\*+(?:((?!))|([^\s*]))?/u,
  delLDelim: /^~~?(?:((?!))|[^\s~])/u,
}

/** Looks at no more than 50 characters of a run: else each of a thousand asterisks would cost all of them. */
const runBesideLetter = new RegExp(
  ['\\*', '~'].map((mark) => `(?<=${letter}${mark}{0,50})${mark}|${mark}{1,50}${letter}`).join('|'),
  'y',
)
