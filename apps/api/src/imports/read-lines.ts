/** A body as lines of text, read as it arrives: no more of it is held than its newest line. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ApiFault } from '../api-fault.ts'

export interface Line {
  text: string
  /** Its line feed came too; without one it can be half a line. */
  isEnded: boolean
}

/** Yields the lines of each piece that arrives. Throws when the body is more than `bytesMax`, or not UTF-8. */
export async function* readLines(body: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Line[]> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  let rest = ''
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    const text = decode(utf8, piece)
    const end = text.lastIndexOf('\n')
    if (end !== -1) yield (rest + text.slice(0, end)).split('\n').map(toLine)
    // Only the new piece is searched, not the line so far: else 64 MB without a line feed would take minutes.
    rest = end === -1 ? rest + text : text.slice(end + 1)
    // A file of 64 MB is a second of work: other requests get their turn in between.
    await nextTurn()
  }
  // A file can also be cut within a character: the half character is left out.
  if (rest !== '') yield [{ text: rest, isEnded: false }]
}

function toLine(text: string): Line {
  return { text: text.endsWith('\r') ? text.slice(0, -1) : text, isEnded: true }
}

function decode(utf8: InstanceType<typeof TextDecoder>, piece: Uint8Array): string {
  try {
    return utf8.decode(piece, { stream: true })
  } catch {
    throw new ApiFault(422, 'not_utf8', 'The file is not UTF-8 text. Export the tape again.')
  }
}

function tooLarge(bytesMax: number): ApiFault {
  const megabytes = bytesMax / 1024 / 1024
  return new ApiFault(
    413,
    'tape_too_large',
    `The file is larger than ${megabytes} MB, the most that a tape can have.`,
  )
}
