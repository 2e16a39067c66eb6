/** Tapes in the database: each flush writes a part, and a few parts are read at a time. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { emptyRace, foldRace, type RaceEvent, type RaceState } from '@drag-race/contracts'
import { type Kysely, sql } from 'kysely'
import { notFound } from '../api-fault.ts'
import type { Schema } from './schema.ts'

export interface TapePart {
  fromSeq: number
  toSeq: number
  /** One line of JSON an event. */
  lines: string
}

/** Events as they are sent: a line of JSON each. */
export interface TapePage {
  fromSeq: number
  lines: string[]
}

export async function insertPart(db: Kysely<Schema>, raceId: string, part: TapePart): Promise<void> {
  await db
    .insertInto('tape_parts')
    .values({ race_id: raceId, from_seq: part.fromSeq, to_seq: part.toSeq, lines: part.lines })
    .execute()
}

/** Parts that are read at once: 20 × some 150 ms of a race. */
const partsMax = 20

/**
 * Yields the events after `afterSeq` up to `toSeq`, the last, without holding the whole tape in memory. Throws an
 * ApiFault when the race is deleted meanwhile, because its beginning would pass for the whole.
 */
export async function* readTape(
  db: Kysely<Schema>,
  raceId: string,
  afterSeq: number,
  toSeq: number,
): AsyncGenerator<TapePage> {
  for (let after = afterSeq; after < toSeq; ) {
    const parts = await partsAfter(db, raceId, after).select('lines').limit(partsMax).execute()
    const last = parts.at(-1)
    if (!last) throw deletedMeanwhile
    for (const part of parts) {
      const skip = Math.max(0, after + 1 - part.from_seq)
      yield { fromSeq: part.from_seq + skip, lines: part.lines.split('\n').slice(skip) }
    }
    after = last.to_seq
  }
}

/** Parts that are read at once as bytes: about a megabyte at most, some 2 ms; then the event loop has its turn. */
const bytePartsMax = 16

/**
 * As `readTape`, but in big pieces of bytes: whole lines, one of JSON for each event, each ended by a line feed. They
 * go from the database to a socket without being decoded.
 */
export async function* readTapeBytes(
  db: Kysely<Schema>,
  raceId: string,
  afterSeq: number,
  toSeq: number,
): AsyncGenerator<Uint8Array> {
  for (let after = afterSeq; after < toSeq; await nextTurn()) {
    const parts = await partsAfter(db, raceId, after)
      .select(sql<Buffer>`cast(lines as blob)`.as('bytes'))
      .limit(bytePartsMax)
      .execute()
    const last = parts.at(-1)
    if (!last) throw deletedMeanwhile
    yield Buffer.concat(
      parts.flatMap(({ from_seq, bytes }) => [withoutLines(bytes, after + 1 - from_seq), lineFeed]),
    )
    after = last.to_seq
  }
}

/** The parts that hold events after `seq`; the first of them can begin before it. */
function partsAfter(db: Kysely<Schema>, raceId: string, seq: number) {
  return db
    .selectFrom('tape_parts')
    .select(['from_seq', 'to_seq'])
    .where('race_id', '=', raceId)
    .where('to_seq', '>', seq)
    .orderBy('from_seq')
}

const lineFeed = Buffer.from('\n')

function withoutLines(bytes: Buffer, count: number): Buffer {
  let from = 0
  for (let line = 0; line < count; line++) from = bytes.indexOf(lineFeed, from) + 1
  return bytes.subarray(from)
}

const deletedMeanwhile = notFound('This race was deleted while it was read.')

/** The number of the last event; -1 when there is none. */
export async function lastSeq(db: Kysely<Schema>, raceId: string): Promise<number> {
  const row = await db
    .selectFrom('tape_parts')
    .select('to_seq')
    .where('race_id', '=', raceId)
    .orderBy('from_seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.to_seq ?? -1
}

/** `emptyRace` when there is no such tape. */
export async function foldTape(db: Kysely<Schema>, raceId: string): Promise<RaceState> {
  let state = emptyRace
  for await (const { lines } of readTape(db, raceId, -1, await lastSeq(db, raceId))) {
    const events = lines.map((line) => JSON.parse(line) as RaceEvent)
    state = foldRace(events, state)
  }
  return state
}
