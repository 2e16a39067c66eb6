/** Calibrations in the database, so that an app that starts again has a margin until it has measured anew. */
import type { Calibration } from '@drag-race/contracts'
import type { Kysely } from 'kysely'
import type { Schema } from '../history/schema.ts'

/** Older ones are of no use to anybody. */
const keptMax = 100

export async function readNewest(db: Kysely<Schema>): Promise<Calibration | null> {
  const row = await db
    .selectFrom('calibrations')
    .select('calibration_json')
    .orderBy('measured_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? (JSON.parse(row.calibration_json) as Calibration) : null
}

export async function keep(db: Kysely<Schema>, calibration: Calibration): Promise<void> {
  const row = { measured_at: calibration.measuredAt, calibration_json: JSON.stringify(calibration) }
  await db
    .insertInto('calibrations')
    .values(row)
    .onConflict((conflict) => conflict.column('measured_at').doUpdateSet(row))
    .execute()
  const kept = db
    .selectFrom('calibrations')
    .select('measured_at')
    .orderBy('measured_at', 'desc')
    .limit(keptMax)
  await db.deleteFrom('calibrations').where('measured_at', 'not in', kept).execute()
}
