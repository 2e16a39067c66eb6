/** A private key in PEM, from its first line to its last; to the end of the text where the last is missing. */
import type { Detector } from '../detector.ts'
import { createPattern } from '../pattern.ts'

const beginning = createPattern({
  label: 'private-key',
  source: '-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----',
})

const lastLine = /-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g

export const privateKey: Detector = {
  ...beginning,
  rest(text, from) {
    lastLine.lastIndex = from
    return lastLine.exec(text) ? lastLine.lastIndex : null
  },
}
