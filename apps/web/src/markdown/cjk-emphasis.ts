/**
 * Emphasis in Chinese, Japanese and Korean. CommonMark asks what stands on both sides of a run of `*`: between a punctuation
 * mark and a letter it may only open, or only close. That takes spaces between words for granted, and where none are written
 * it leaves the asterisks of `**「引用」**は` standing. Here a run of `*` or `~` that has a CJK character on either side stands as if
 * between two letters; `_` keeps CommonMark's rule, which forbids it between letters, and sees its neighbours as they are.
 *
 * The rule: https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md
 */
import { Lexer, type Tokenizer } from 'marked'

const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo'].map((name) => `\\p{Script=${name}}`)
/** With the punctuation and the wide forms that are written with them, but not the ideographic space. */
const cjk = `[${scripts.join('')}\\u3001-\\u33FF\\uFE10-\\uFE1F\\uFE30-\\uFE4F\\uFF01-\\uFFEF]`
/** Says how the character before it is drawn. */
const variant = '[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]?'
const run = '(?:\\*+|~+)'
const other = '[^\\s*~_]'

/**
 * A CJK character beside a run, and what stands on the run's other side, unless it is a delimiter too. What is cheap is asked
 * first: each of a thousand asterisks would look back over all of them.
 */
const besideRun = new RegExp(
  `${cjk}${variant}(?=[*~])|(?<=[*~])${cjk}|${other}(?=${run}${cjk})|(?=${other})(?<=${cjk}${variant}${run})${other}`,
  'gu',
)
/** Of the length that it replaces, as marked lines the masked text up with the source. */
const letter = '字'

/** Masks as letters what stands beside a run, on both sides of it. Text without CJK characters stays as it is. */
export function maskBesideCjk(masked: string): string {
  return masked.replace(besideRun, (beside) => letter.repeat(beside.length))
}

/** What `maskBesideCjk` makes of the texts of a document. Each is asked for at every asterisk that it has, and masked once. */
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

/** The rules by which the run that begins `source` may open an emphasis: marked looks at the source behind it, not at the mask. */
export function openingRules(source: string, masked: string): Tokenizer['rules']['inline'] {
  runBesideLetter.lastIndex = masked.length - source.length
  return runBesideLetter.test(masked) ? cjkRules : rules
}

const rules = Lexer.rules.inline.gfm
/** The groups of marked's own patterns; what follows a run is nothing but white space or a letter. */
const cjkRules = {
  ...rules,
  emStrongLDelim: /^\*+(?:((?!))|([^\s*]))?/u,
  delLDelim: /^~~?(?:((?!))|[^\s~])/u,
}

/** Looks at no more of a run than any emphasis has: each of a thousand asterisks would cost all of them. */
const runBesideLetter = new RegExp(
  ['\\*', '~'].map((mark) => `(?<=${letter}${mark}{0,50})${mark}|${mark}{1,50}${letter}`).join('|'),
  'y',
)
