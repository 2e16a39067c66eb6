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
 * The arguments of a tool are JSON. They are held back until they are whole, because only then masked JSON stays JSON,
 * and no longer: clients take a call for complete when the next one begins.
 */
function openArguments(guard: TextGuard, place: Place, { onChars, onValues }: Held): OpenText {
  let held = ''
  const closesObject = createClosingCheck()
  const end = (turns: Turns) => {
    const whole = held
    held = ''
    onValues(countValues(Buffer.from(whole)))
    return editInTurns(guard, turns, (edit) => edit(whole, place))
  }
  return {
    async push(piece, turns) {
      onChars(piece.length)
      held += piece
      return closesObject(piece) ? end(turns) : ''
    },
    end,
  }
}

/**
 * Gets the pieces of a JSON text, and tells of each whether it ends with the end of an object that is in no other. It
 * counts braces, because parsing again after each piece would take the square of the length.
 */
function createClosingCheck(): (piece: string) => boolean {
  let depth = 0
  let isInText = false
  let isEscaped = false
  return (piece) => {
    let isClosed = false
    // As numbers, because 4 MB of texts of one letter take 100 ms, in which no other call has a turn.
    for (let at = 0; at < piece.length; at++) {
      const letter = piece.charCodeAt(at)
      if (isInText) {
        isInText = letter !== quote || isEscaped
        isEscaped = letter === backslash && !isEscaped
      } else if (letter > space) {
        isInText = letter === quote
        if (letter === openMap) depth++
        else if (letter === closeMap) depth--
        isClosed = letter === closeMap && depth === 0
      }
    }
    return isClosed
  }
}

const space = 32
const quote = 34
const backslash = 92
const openMap = 123
const closeMap = 125
