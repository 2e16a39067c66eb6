/**
 * Masks a text that arrives in pieces exactly as if it had arrived whole. Only an end that could be the beginning of a
 * match is held back; each detector bounds how long that can be.
 */
import type { Detector } from './detector.ts'

export interface Scanner {
  /** Gives the text that can be passed on by now. */
  push(piece: string): string
  /** The text ends with this piece: gives all that was held back, masked. */
  end(piece?: string): string
}

/** Kept though they are passed on already, because a detector looks at the characters before a match. */
const contextChars = 4
/** The end of a span of unlimited length is marked by a text of at most this length (the last line of a PEM key). */
const markChars = 100

/** `onFound` gives the text that replaces a match, or throws. */
export function createScanner(detector: Detector, onFound: () => string): Scanner {
  let text = ''
  /** All of `text` before this place is passed on or masked. */
  let from = 0
  let isInRest = false
  let half = ''

  const skipRest = (): boolean => {
    const end = detector.rest?.(text, from)
    if (end === null) {
      from = Math.max(from, text.length - markChars)
      return false
    }
    from = end ?? from
    isInRest = false
    return true
  }
  const scan = (isEnd: boolean): string => {
    let passed = ''
    let open = 0
    while (!isInRest || skipRest()) {
      // Matches that are found before `open` do not change it.
      if (open <= from) open = isEnd ? text.length : detector.open(text, from)
      const span = detector.find(text, from)
      if (span === null || span.start >= open) {
        passed += text.slice(from, open)
        from = open
        break
      }
      passed += text.slice(from, span.start) + onFound()
      from = span.end
      isInRest = detector.rest !== undefined
    }
    const cut = Math.max(0, from - contextChars)
    text = text.slice(cut)
    from -= cut
    return passed
  }

  return {
    push(piece) {
      if (piece === '') return ''
      const whole = half + piece
      // The first half of a letter beyond 16 bits (a surrogate pair) waits for the second one.
      half = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : ''
      text += half === '' ? whole : whole.slice(0, -1)
      return scan(false)
    },
    end(piece = '') {
      text += half + piece
      half = ''
      const passed = scan(true)
      text = ''
      from = 0
      isInRest = false
      return passed
    },
  }
}

/** One scanner after the other: each gets the text as those before it have masked it. */
export function createChain(scanners: readonly Scanner[]): Scanner {
  return {
    push: (piece) => scanners.reduce((text, scanner) => scanner.push(text), piece),
    end: (piece = '') => scanners.reduce((text, scanner) => scanner.end(text), piece),
  }
}
