/** A private key in PEM, from its first line to its last; to the end of the text where the last is missing. */
import type { Detector } from '../detector.ts'
import { createPattern } from '../pattern.ts'

const firstLine = '-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----'
const lastLine = /-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g

export function createPrivateKey(): Detector {
  return {
    ...createPattern({ label: 'private-key', source: firstLine }),
    rest(text, from) {
      lastLine.lastIndex = from
      return lastLine.exec(text) ? lastLine.lastIndex : null
    },
  }
}
