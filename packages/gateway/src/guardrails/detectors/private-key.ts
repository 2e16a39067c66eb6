/** A private key in PEM, from its first line to its last, or to the end of the text where the last line is missing. */
import type { Detector } from '../detector.ts'
import { createPattern, type Pattern } from '../pattern.ts'

const firstLine = '-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----'
/** Defines what is found; `find` finds the same, faster. */
export const privateKeyPattern: Pattern = { label: 'private-key', source: firstLine }
/** For JavaScript's own engine: it begins with a fixed text, after which at most 56 letters are looked at. */
const anyFirstLine = new RegExp(firstLine, 'g')
const lastLine = /-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g

export function createPrivateKey(): Detector {
  return {
    ...createPattern(privateKeyPattern),
    find(text, from) {
      anyFirstLine.lastIndex = from
      const match = anyFirstLine.exec(text)
      return match && { start: match.index, end: anyFirstLine.lastIndex }
    },
    rest(text, from) {
      lastLine.lastIndex = from
      return lastLine.exec(text) ? lastLine.lastIndex : null
    },
  }
}
