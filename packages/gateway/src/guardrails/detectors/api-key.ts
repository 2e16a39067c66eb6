/**
 * Keys that tell what they are by how they begin: OpenAI and its kin, Anthropic, Groq, Google, Hugging Face, xAI, GitHub,
 * GitLab, npm, AWS, Slack, Stripe, SendGrid, and JSON web tokens.
 */
import type { Detector } from '../detector.ts'
import { createPattern } from '../pattern.ts'

/** The letters of a key, and how many are enough to be sure. */
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
  `eyJ[A-Za-z0-9_\\-]{6,200}\\.eyJ${some(4)}`,
]

/** Keys have no longest form: whatever goes on like one is part of it. */
const noKeyLetter = /[^A-Za-z0-9_.-]/g

export function createApiKey(): Detector {
  return {
    ...createPattern({ label: 'api-key', source: `\\b(?:${begins.join('|')})` }),
    rest(text, from) {
      noKeyLetter.lastIndex = from
      return noKeyLetter.exec(text)?.index ?? null
    },
  }
}
