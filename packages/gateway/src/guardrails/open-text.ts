/** One text of a stream, from its first piece to its end. */
import { editInTurns } from './edit-in-turns.ts'
import type { Place } from './edit-texts.ts'
import type { TextGuard } from './text-guard.ts'
import type { Turns } from './turns.ts'

export interface OpenText {
  /** Gives the text that can be passed on by now. */
  push(piece: string, turns: Turns): Promise<string>
  /** Gives the rest that was held back, masked. */
  end(turns: Turns): Promise<string>
}

/** `onHeld` gets the number of characters of each piece that is held back to the end. */
export function openText(guard: TextGuard, place: Place, onHeld: (chars: number) => void): OpenText {
  return place.isJson ? openArguments(guard, place, onHeld) : openWords(guard)
}

function openWords(guard: TextGuard): OpenText {
  const scanner = guard.openText()
  return {
    push: (piece, turns) => turns.push(scanner, piece),
    end: async () => scanner.end(),
  }
}

/**
 * The arguments of a tool are JSON. They are held back until they are whole, because only then masked JSON stays JSON.
 */
function openArguments(guard: TextGuard, place: Place, onHeld: (chars: number) => void): OpenText {
  let held = ''
  return {
    async push(piece) {
      onHeld(piece.length)
      held += piece
      return ''
    },
    end: (turns) => editInTurns(guard, turns, (edit) => edit(held, place)),
  }
}
