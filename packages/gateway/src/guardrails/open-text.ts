/** One text of a stream, from its first piece to its end. */
import { editInTurns } from './edit-in-turns.ts'
import type { Place } from './edit-texts.ts'
import type { TextGuard } from './text-guard.ts'
import type { Turns } from './turns.ts'

export interface OpenText {
  /** What can be passed on by now. */
  push(piece: string, turns: Turns): Promise<string>
  /** What was still held back, and what comes of it. */
  end(turns: Turns): Promise<string>
}

/** `onHeld` is told of all characters that are kept to the end. */
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

/** The arguments of a tool are JSON, held back until they are whole: only then they can remain JSON. */
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
