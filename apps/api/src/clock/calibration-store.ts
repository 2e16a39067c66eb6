/**
 * Calibrations in the database, so that an app that starts again has a margin until it has measured anew. The newest is
 * the one that was kept last, by SQLite's own row number, because the wall clock can have been ahead when an older one
 * was measured.
 */
import type { Calibration } from '@drag-race/contracts'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../history/schema.ts'

/** Older ones have no use. */
const keptMax = 100

const newestFirst = sql`rowid desc`

export async function readNewest(db: Kysely<Schema>): Promise<Calibration | null> {
  const row = await db
    .selectFrom('calibrations')
    .select('calibration_json')
    .orderBy(newestFirst)
    .limit(1)
    .executeTakeFirst()
  return row ? (JSON.parse(row.calibration_json) as Calibration) : null
}

export async function keep(db: Kysely<Schema>, calibration: Calibration): Promise<void> {
  const row = { measured_at: calibration.measuredAt, calibration_json: JSON.stringify(calibration) }
  // Not an update: the row would keep its number.
  await db.replaceInto('calibrations').values(row).execute()
  const kept = db.selectFrom('calibrations').select('measured_at').orderBy(newestFirst).limit(keptMax)
  await db.deleteFrom('calibrations').where('measured_at', 'not in', kept).execute()
}
