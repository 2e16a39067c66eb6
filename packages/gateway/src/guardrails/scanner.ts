/**
 * Masks a text that arrives in pieces, and comes to the same as if it had come whole. Only the end that could be the
 * beginning of a match is held back; how long that can get is bounded by each detector.
 */
import type { Detector } from './detector.ts'

export interface Scanner {
  /** What can be passed on by now. */
  push(piece: string): string
  /** The text is over with this piece: what was still held back, and what comes of it. */
  end(piece?: string): string
}

/** Passed on already, and kept because a detector looks at what stands before a match. */
const contextChars = 4
/** The end of a span without a longest form is a mark of at most this length. */
const markChars = 100

/** `onFound` gives what takes the place of a match, or throws. */
export function createScanner(detector: Detector, onFound: () => string): Scanner {
  let text = ''
  /** What stands before it is passed on or masked. */
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
      // What is found before it does not move it.
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
      // Half of a letter beyond 16 bits is no letter yet.
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

/** One after the other: each sees what those before it have let through. */
export function createChain(scanners: readonly Scanner[]): Scanner {
  return {
    push: (piece) => scanners.reduce((text, scanner) => scanner.push(text), piece),
    end: (piece = '') => scanners.reduce((text, scanner) => scanner.end(text), piece),
  }
}
