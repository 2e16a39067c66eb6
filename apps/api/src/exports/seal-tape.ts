/**
 * The number and the hash of a tape's events, for the header of its file. Reads the tape once, a few milliseconds of
 * work at a time.
 */
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { noSuchRace } from '../history/race-faults.ts'
import type { Schema } from '../history/schema.ts'
import { lastSeq, readTapeBytes } from '../history/tape-parts.ts'

export async function sealTape(
  db: Kysely<Schema>,
  raceId: string,
): Promise<{ events: number; sha256: string }> {
  const hash = createHash('sha256')
  const last = await lastSeq(db, raceId)
  // It was deleted meanwhile.
  if (last === -1) throw noSuchRace
  for await (const bytes of readTapeBytes(db, raceId, -1, last)) hash.update(bytes)
  return { events: last + 1, sha256: hash.digest('hex') }
}
