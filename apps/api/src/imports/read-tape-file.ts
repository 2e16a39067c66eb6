/**
 * Reads a tape file and judges it: it is whole and agrees with its hash; or it was cut off, is sound up to there and is
 * closed as interrupted, with a note that says so; or it is refused, with the line and what to do. There is nothing in
 * between, so that every figure of an imported race is one that its events give.
 */
import { createHash, type Hash } from 'node:crypto'
import {
  createTapeCheck,
  parseJsonOrNull,
  type RaceState,
  TapeFault,
  TapeHeader,
  tapeFormat,
} from '@drag-race/contracts'
import { ApiFault } from '../api-fault.ts'
import { closeTape } from '../history/close-tape.ts'
import type { TapePart } from '../history/tape-parts.ts'
import { type Line, readLines } from './read-lines.ts'

export interface TapeFile {
  header: TapeHeader
  /** Of a race that has ended. */
  state: RaceState
  parts: TapePart[]
  /** What a reader must know about the file; null when it is whole. */
  note: string | null
}

/** Events in a part of the tape in the database: some 60 kB. */
const partEvents = 500

/** Editors and mail programs leave empty lines at the end. 60 MB of them would be 13 s of work. */
const emptyLinesMax = 1_000

/** The file is held in memory until all of it is judged; it is at most `bytesMax` long. */
export async function readTapeFile(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<TapeFile> {
  const check = createTapeCheck()
  const hash = createHash('sha256')
  const lines: string[] = []
  let header: TapeHeader | null = null
  let emptyLines = 0
  for await (const piece of readLines(body, bytesMax)) {
    for (const line of piece) {
      if (header === null) {
        header = readHeader(line)
      } else if (!isHalf(line)) {
        if (lines.length < header.events) addLine(line.text)
        // Empty lines at the end are no events, and not in the hash.
        else if (line.text !== '' || ++emptyLines > emptyLinesMax)
          throw refused('too_many_events', tooManyText(header))
      }
    }
  }

  function addLine(text: string) {
    try {
      check.add(text)
    } catch (fault) {
      throw fault instanceof TapeFault ? refused(fault.code, fault.message) : fault
    }
    hash.update(`${text}\n`)
    lines.push(text)
  }

  if (header === null) throw notATape
  return judge(header, check.state(), hash, lines)
}

function judge(header: TapeHeader, state: RaceState, hash: Hash, lines: string[]): TapeFile {
  if (state.raceId === null)
    throw refused('empty_tape', 'The file holds no race: nothing follows its first line.')
  if (state.raceId !== header.raceId)
    throw refused('other_race', 'The header names another race than the tape. The file was changed.')
  const isWhole = lines.length === header.events
  if (isWhole && hash.digest('hex') !== header.sha256) throw hashMismatch
  if (state.end) {
    if (!isWhole)
      throw refused(
        'too_few_events',
        `The race ends after ${lines.length} events, and the header says ${header.events}. The file was changed.`,
      )
    return { header, state, parts: toParts(lines), note: null }
  }
  const closed = closeTape(state, cut, null)
  for (const event of closed.added) lines.push(JSON.stringify(event))
  return { header, state: closed.state, parts: toParts(lines), note: toNote(state.seq + 1, header.events) }
}

function readHeader({ text }: Line): TapeHeader {
  const value = parseJsonOrNull(text) as { format?: unknown } | null
  if (value?.format !== tapeFormat) throw notATape
  const parsed = TapeHeader.safeParse(value)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.')
  if (where !== 'version')
    throw refused('wrong_header', `Line 1: \`${where}\` is not valid. The file was changed.`)
  throw refused(
    'unknown_version',
    'Line 1: this is a tape of another version of the format. Update the app, then import it again.',
  )
}

/** The file was cut within this line. */
function isHalf({ text, isEnded }: Line): boolean {
  return !isEnded && parseJsonOrNull(text) === null
}

function toParts(lines: readonly string[]): TapePart[] {
  return Array.from({ length: Math.ceil(lines.length / partEvents) }, (_, index) => {
    const part = lines.slice(index * partEvents, (index + 1) * partEvents)
    const fromSeq = index * partEvents
    return { fromSeq, toSeq: fromSeq + part.length - 1, lines: part.join('\n') }
  })
}

function toNote(events: number, said: number): string {
  if (events === said)
    return 'The tape has no end: what had arrived is kept, and the race counts as interrupted.'
  return `The file was cut after event ${events} of ${said}: what stands before the cut is kept, the race counts as interrupted, and its hash cannot be checked.`
}

const cut = { code: 'interrupted', message: 'The tape of this race was cut here. What had arrived stays.' }

function refused(code: string, message: string): ApiFault {
  return new ApiFault(422, code, message)
}

const tooManyText = ({ events }: TapeHeader) =>
  `Line ${events + 2}: more lines than the ${events} that the header says. The file was changed.`

const hashMismatch = refused(
  'hash_mismatch',
  'The events are not those that were exported: their hash differs. The file was changed; export it again.',
)

const notATape = refused(
  'not_a_tape',
  'This is no tape. Choose a file that ends in .tape.jsonl, as “Export, tape” of a race writes it.',
)
