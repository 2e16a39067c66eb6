/**
 * API keys with a known prefix: of OpenAI and providers with the same prefix, Anthropic, Groq, Google, Hugging Face,
 * xAI, GitHub, GitLab, npm, AWS, Slack, Stripe, SendGrid; and JSON web tokens.
 */
import type { Detector, Span } from '../detector.ts'
import { createPattern, type Pattern } from '../pattern.ts'

/** The letters of a key. The count is how many of them after the prefix are enough to be sure. */
const some = (count: number) => `[A-Za-z0-9_\\-]{${count}}`
const begins = [
  `sk-${some(16)}`,
  `(?:sk|pk|rk)_(?:live|test)_${some(10)}`,
  `gsk_${some(16)}`,
  `xai-${some(16)}`,
  `hf_${some(16)}`,
  `npm_${some(16)}`,
  `gh[pousr]_${some(16)}`,
  `github_pat_${some(16)}`,
  `glpat-${some(16)}`,
  `AIza${some(16)}`,
  `(?:AKIA|ASIA)[A-Z0-9]{16}`,
  `xox[abeoprs]-${some(10)}`,
  `SG\\.${some(16)}`,
]
const webToken = `eyJ[A-Za-z0-9_\\-]{6,200}\\.eyJ${some(4)}`
const source = (last: string) => `\\b(?:${[...begins, last].join('|')})`
/** Defines what is found; `find` finds the same, faster. */
export const apiKeyPattern: Pattern = { label: 'api-key', source: source(webToken) }

/**
 * For JavaScript's own engine, which is ten times as fast as RE2 and looks at 24 letters from each beginning at most.
 * Only the head of a web token is longer: its end is searched for once, for all tokens that could begin in it.
 */
const candidate = new RegExp(source('eyJ'), 'g')
const tokenTail = new RegExp(`\\.eyJ${some(4)}`, 'y')

/** Keys can be of any length: all letters of a key that follow are part of it. */
const noKeyLetter = /[^A-Za-z0-9_.-]/g
const noHeadLetter = /[^A-Za-z0-9_-]/g

export function createApiKey(): Detector {
  return {
    ...createPattern(apiKeyPattern),
    find,
    rest(text, from) {
      noKeyLetter.lastIndex = from
      return noKeyLetter.exec(text)?.index ?? null
    },
  }
}

function find(text: string, from: number): Span | null {
  let headEnd = 0
  candidate.lastIndex = from
  for (let match = candidate.exec(text); match; match = candidate.exec(text)) {
    const start = match.index
    if (match[0] !== 'eyJ') return { start, end: candidate.lastIndex }
    if (headEnd <= start) headEnd = endOfHead(text, start)
    const headChars = headEnd - candidate.lastIndex
    tokenTail.lastIndex = headEnd
    if (headChars >= 6 && headChars <= 200 && tokenTail.test(text)) return { start, end: tokenTail.lastIndex }
  }
  return null
}

function endOfHead(text: string, from: number): number {
  noHeadLetter.lastIndex = from
  return noHeadLetter.exec(text)?.index ?? text.length
}
