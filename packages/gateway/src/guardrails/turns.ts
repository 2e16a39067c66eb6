/**
 * Long texts are looked at without holding up the other calls of the process: after every 16 Ki characters all others have
 * their turn. A text in slices is masked like the whole, as one that streams is.
 */
import { setImmediate } from 'node:timers/promises'
import type { Scanner } from './scanner.ts'

export interface Turns {
  /** May so many characters more be looked at in this turn? Then they are counted. */
  take(chars: number): boolean
  /** What the scanner lets pass of this piece, pushed in as many turns as it needs. */
  push(scanner: Scanner, piece: string): Promise<string>
}

/** Under a millisecond at the 45 ns a character that was measured of patterns, 8 ms at ten times that. */
const turnChars = 16 * 1024

/** `onTurn` is called whenever the others had theirs, and may throw to give it up. */
export function createTurns(onTurn: () => void = () => {}): Turns {
  let left = turnChars
  return {
    take(chars) {
      if (chars > left) return false
      left -= chars
      return true
    },
    async push(scanner, piece) {
      let passed = ''
      let from = 0
      for (; piece.length - from >= left; left = turnChars) {
        passed += scanner.push(piece.slice(from, from + left))
        from += left
        await setImmediate()
        onTurn()
      }
      left -= piece.length - from
      return passed + scanner.push(piece.slice(from))
    },
  }
}
