/** One text of a stream, from its first piece to its end. */
import { countValues } from '../json-structure.ts'
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

/** What is held back to the end, for bounds on all texts together. */
export interface Held {
  /** The characters of each piece. */
  onChars(chars: number): void
  /** The values in a text that is whole, before it is parsed. */
  onValues(values: number): void
}

export function openText(guard: TextGuard, place: Place, held: Held): OpenText {
  return place.isJson ? openArguments(guard, place, held) : openWords(guard)
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
function openArguments(guard: TextGuard, place: Place, { onChars, onValues }: Held): OpenText {
  let text = ''
  return {
    async push(piece) {
      onChars(piece.length)
      text += piece
      return ''
    },
    async end(turns) {
      onValues(countValues(Buffer.from(text)))
      return editInTurns(guard, turns, (edit) => edit(text, place))
    },
  }
}
