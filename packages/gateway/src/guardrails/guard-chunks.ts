/**
 * Passes the chunks of a stream through its guardrails. Each text has a scanner of its own: in each choice, the answer,
 * the reasoning and the arguments of each tool. What a scanner holds back is sent in a later chunk, at the latest right
 * before the choice is finished.
 *
 * If a choice never finishes, what was held back of it is never sent: it could be half of a match.
 */
import { isRecord, record, records, text } from '../dialects/read-json.ts'
import { NotChecked } from '../errors.ts'
import { valuesMax } from '../json-structure.ts'
import { editInTurns } from './edit-in-turns.ts'
import { editTexts, type Place } from './edit-texts.ts'
import { type Held, type OpenText, openText } from './open-text.ts'
import type { TextGuard } from './text-guard.ts'
import type { Turns } from './turns.ts'

/** Its methods must not overlap: each call waits for the one before. */
export interface ChunkGuard {
  /** The chunks to send in place of this one; the same chunk where nothing in it changed. */
  chunk(raw: unknown, turns: Turns): Promise<unknown[]>
  /** The stream has sent `[DONE]`: gives the chunks with all that was held back. */
  done(turns: Turns): Promise<unknown[]>
  /** All choices that were asked for are finished, so nothing can be missing. */
  isOver(): boolean
}

/** For the arguments of all tools of one answer together. No real tool call is longer; longer ones are an error. */
const heldCharsMax = 4 * 1024 * 1024

/** `onText` is called for every piece of text, also if the piece is held back. */
export function createChunkGuard(guard: TextGuard, choicesAsked: number, onText: () => void): ChunkGuard {
  const over = new Set<unknown>()
  const open = new Map<string, { choice: unknown; place: Place; text: OpenText }>()
  let head: Record<string, unknown> = {}
  let heldChars = 0
  let heldValues = 0

  const held: Held = {
    onChars(chars) {
      heldChars += chars
      if (heldChars > heldCharsMax) throw tooLong()
    },
    onValues(values) {
      heldValues += values
      if (heldValues > valuesMax) throw guard.tooManyValues()
    },
  }
  const textAt = (choice: unknown, place: Place): OpenText => {
    const key = `${choice}${place.path}`
    const known = open.get(key)
    if (known) return known.text
    const opened = openText(guard, place, held)
    open.set(key, { choice, place, text: opened })
    return opened
  }
  const pass = async ({ choice, piece, place }: Piece, turns: Turns): Promise<string> => {
    onText()
    if (place.isWhole) return editInTurns(guard, turns, (edit) => edit(piece, place))
    return textAt(choice, place).push(piece, turns)
  }
  const close = async (isMeant: (choice: unknown) => boolean, turns: Turns): Promise<unknown[]> => {
    const chunks: unknown[] = []
    for (const [key, { choice, place, text: own }] of open) {
      if (!isMeant(choice)) continue
      open.delete(key)
      const rest = await own.end(turns)
      if (rest === '') continue
      const spoken = place.wrap(rest) as Record<string, unknown>
      chunks.push({ ...head, choices: [{ index: choice, delta: {}, ...spoken, finish_reason: null }] })
    }
    return chunks
  }

  return {
    async chunk(raw, turns) {
      // Not a chunk: its texts belong to no answer, but they are checked too.
      if (!isRecord(raw) || !Array.isArray(raw.choices)) {
        return [await editInTurns(guard, turns, (edit) => editTexts(raw, edit))]
      }
      const { id, object, created, model } = raw
      head = { id, object, created, model }
      // Choices that are not objects are dropped: no client reads them.
      const before = records(raw.choices)
      const passed: string[] = []
      let placed = 0
      for (const piece of toPieces(before)) passed.push(await pass(piece, turns))
      const after = before.map((choice) => editChoice(choice, () => passed[placed++]!))
      const finished = new Set(
        before.filter(({ finish_reason }) => text(finish_reason) !== '').map(({ index }) => index),
      )
      const isSame =
        before.length === raw.choices.length && after.every((choice, at) => choice === before[at])
      const chunk = isSame ? raw : { ...raw, choices: after }
      for (const index of finished) over.add(index)
      if (finished.size === 0) return [chunk]
      const rests = await close((choice) => finished.has(choice), turns)
      if (rests.length === 0) return [chunk]
      // The rest of a text must follow its last piece, which can be in the chunk that finishes the choice.
      return [...withoutEnd(chunk), ...rests, withoutTexts(chunk)]
    },
    done: (turns) => close(() => true, turns),
    isOver: () => over.size >= choicesAsked,
  }
}

function tooLong(): NotChecked {
  return new NotChecked(
    `The tool call arguments are longer than ${heldCharsMax} characters, the most that guardrails check.`,
  )
}

interface Piece {
  choice: unknown
  piece: string
  place: Place
}

/** The pieces of all texts in a chunk, in the order in which they are put back. */
function toPieces(choices: readonly Record<string, unknown>[]): Piece[] {
  const pieces: Piece[] = []
  for (const each of choices) {
    editChoice(each, (choice, piece, place) => {
      pieces.push({ choice, piece, place })
      return piece
    })
  }
  return pieces
}

type Edit = (choice: unknown, piece: string, place: Place) => string

/**
 * Without `message`, which repeats the deltas, and `logprobs`, which holds the tokens themselves: neither can be masked
 * piece by piece.
 */
function editChoice(choice: Record<string, unknown>, edit: Edit): unknown {
  const { message, logprobs, ...rest } = choice
  const { delta, text: words } = rest
  const spoken = { ...(delta !== undefined && { delta }), ...(words !== undefined && { text: words }) }
  const edited = editTexts(spoken, (piece, place) => edit(choice.index, piece, place))
  const isSame = edited === spoken && message === undefined && (logprobs ?? null) === null
  return isSame ? choice : { ...rest, ...edited }
}

function withoutEnd(chunk: Record<string, unknown>): unknown[] {
  const choices = records(chunk.choices)
  const says = choices.some(
    ({ delta, text: words }) => Object.keys(record(delta)).length > 0 || text(words) !== '',
  )
  if (!says) return []
  const { usage: _, ...rest } = chunk
  return [{ ...rest, choices: choices.map((choice) => ({ ...choice, finish_reason: null })) }]
}

function withoutTexts(chunk: Record<string, unknown>): unknown {
  const choices = records(chunk.choices).map((choice) => ({
    ...choice,
    ...(choice.delta !== undefined && { delta: {} }),
    ...(choice.text !== undefined && { text: '' }),
  }))
  return { ...chunk, choices }
}
