/**
 * What the app does about races that were running when it last died: it writes their end onto the tape, so that every
 * fold agrees that they were interrupted, and keeps what had arrived. The file is this app's alone (`own-file.ts`), so nobody
 * runs them.
 */
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { closeTape } from './close-tape.ts'
import type { Schema } from './schema.ts'
import { createRaceStore } from './store.ts'
import { foldTape } from './tape-parts.ts'

export async function recoverRaces(db: Kysely<Schema>, log: Logger): Promise<void> {
  const store = createRaceStore(db)
  for (const { id, marginMs } of await store.running()) {
    try {
      const { state, added } = closeTape(await foldTape(db, id), interrupted, marginMs)
      const part = {
        fromSeq: added[0]?.seq ?? 0,
        toSeq: state.seq,
        lines: added.map((event) => JSON.stringify(event)).join('\n'),
      }
      await store.finish(id, state, added.length > 0 ? part : null)
      log.warn({ raceId: id }, 'this race was running when the app ended: marked as interrupted')
    } catch (error) {
      // One broken tape keeps nobody from racing.
      log.error(
        { raceId: id, error },
        'this race was running when the app ended, and its tape cannot be read',
      )
    }
  }
}

const interrupted = {
  code: 'interrupted',
  message: 'The app ended while this lane ran. What had arrived stays.',
}
