/**
 * The chunks of a stream as its guardrails let them pass. Each text has a scanner of its own: the answer, the reasoning
 * and the arguments of each tool, of each choice. What a scanner holds back comes out in a later chunk, at the latest
 * right before the choice is finished.
 *
 * A text whose choice never finishes keeps what it holds back: it may be half of a match.
 */
import { isRecord, record, records, text } from '../dialects/read-json.ts'
import { editTexts, type Place } from './edit-texts.ts'
import type { Scanner } from './scanner.ts'
import type { TextGuard } from './text-guard.ts'

export interface ChunkGuard {
  /** The chunks in place of this one; the same one where nothing in it had to change. */
  chunk(raw: unknown): unknown[]
  /** The stream says that it is done. */
  done(): unknown[]
  /** All choices that were asked for are finished: nothing can be missing. */
  isOver(): boolean
}

interface OpenText {
  choice: unknown
  scanner: Scanner
  place: Place
}

/** `onText` is told of every piece of text, also where it is held back. */
export function createChunkGuard(guard: TextGuard, choicesAsked: number, onText: () => void): ChunkGuard {
  const over = new Set<unknown>()
  const open = new Map<string, OpenText>()
  let head: Record<string, unknown> = {}

  const edit = (choice: unknown, piece: string, place: Place): string => {
    onText()
    if (place.isWhole) return guard.edit(piece)
    const key = `${choice}${place.path}`
    let opened = open.get(key)
    if (!opened) {
      opened = { choice, scanner: place.isJson ? guard.openJson() : guard.openText(), place }
      open.set(key, opened)
    }
    return opened.scanner.push(piece)
  }
  const close = (isMeant: (choice: unknown) => boolean): unknown[] => {
    const chunks: unknown[] = []
    for (const [key, { choice, scanner, place }] of open) {
      if (!isMeant(choice)) continue
      open.delete(key)
      const rest = scanner.end()
      if (rest === '') continue
      const spoken = place.wrap(rest) as Record<string, unknown>
      chunks.push({ ...head, choices: [{ index: choice, delta: {}, ...spoken, finish_reason: null }] })
    }
    return chunks
  }

  return {
    chunk(raw) {
      // No chunk: its texts are nobody's answer, and still they do not pass unseen.
      if (!isRecord(raw) || !Array.isArray(raw.choices)) return [editTexts(raw, guard.edit)]
      const { id, object, created, model } = raw
      head = { id, object, created, model }
      const before = raw.choices as unknown[]
      const after = before.map((choice) => editChoice(choice, edit))
      const finished = new Set(
        records(before)
          .filter(({ finish_reason }) => text(finish_reason) !== '')
          .map(({ index }) => index),
      )
      const chunk = after.every((choice, at) => choice === before[at]) ? raw : { ...raw, choices: after }
      for (const index of finished) over.add(index)
      if (finished.size === 0) return [chunk]
      const rests = close((choice) => finished.has(choice))
      if (rests.length === 0) return [chunk]
      // The rest of a text belongs behind its last piece, which may stand in the chunk that finishes it.
      return [...withoutEnd(chunk), ...rests, withoutTexts(chunk)]
    },
    done: () => close(() => true),
    isOver: () => over.size >= choicesAsked,
  }
}

type Edit = (choice: unknown, piece: string, place: Place) => string

/** `message` repeats what the deltas said, and `logprobs` holds the tokens themselves: neither can be masked piece by piece. */
function editChoice(choice: unknown, edit: Edit): unknown {
  if (!isRecord(choice)) return choice
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
