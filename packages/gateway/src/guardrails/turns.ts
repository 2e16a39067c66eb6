/**
 * Checks long texts without holding up the other calls of the process: after every 16 Ki characters all others have
 * their turn. A text in slices is masked like the whole, just as one that streams.
 */
import { setImmediate } from 'node:timers/promises'
import type { Scanner } from './scanner.ts'

export interface Turns {
  /** Whether so many more characters fit into this turn. If so, they are counted. */
  take(chars: number): boolean
  /** Pushes the piece into the scanner, in as many turns as it needs, and gives what can be passed on. */
  push(scanner: Scanner, piece: string): Promise<string>
}

/** Under a millisecond at the 45 ns a character that were measured for patterns, 8 ms at ten times that. */
const turnChars = 16 * 1024

/** `onTurn` is called whenever the other calls had their turn. It can throw to give up the work. */
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
