/**
 * Ends the races that were running when the app last died: writes their end onto the tape, so that every fold agrees
 * that they were interrupted, and keeps what had arrived. The file is this app's alone (`own-file.ts`), so no other app
 * runs them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { closeTape } from './close-tape.ts'
import { isChanged } from './database-advice.ts'
import type { Schema } from './schema.ts'
import { createRaceStore, type RaceStore } from './store.ts'
import { foldTape } from './tape-parts.ts'

/**
 * How often a write is tried again while the disk is full or another program holds the database, as in `keep-race.ts`.
 */
const retryMs = 1_000

/** Resolves when each race has been tried once. Those that the database refused are tried again until `goingDown`. */
export async function recoverRaces(db: Kysely<Schema>, log: Logger, goingDown: AbortSignal): Promise<void> {
  const store = createRaceStore(db)
  const refused: Recovery[] = []
  for (const { id, marginMs } of await store.running()) {
    const recovery = await readRace(db, store, log.child({ raceId: id }), id, marginMs)
    const error = await recovery.write()
    if (error === null) continue
    recovery.log.error(
      { error },
      'this race was running when the app ended, and its end could not be written; it is tried again',
    )
    refused.push(recovery)
  }
  void tryAgain(refused, goingDown)
}

interface Recovery {
  log: Logger
  /** Resolves to null, or to the error when the database refuses and a later attempt can succeed. */
  write(): Promise<unknown>
}

async function readRace(
  db: Kysely<Schema>,
  store: RaceStore,
  log: Logger,
  id: string,
  marginMs: number | null,
): Promise<Recovery> {
  const write = await readEnd(db, store, id, marginMs).catch((error: unknown) => {
    // A broken tape must not keep the app from starting, and its race can still be deleted.
    log.error({ error }, 'this race was running when the app ended, and its tape cannot be read')
    return () => store.abandon(id)
  })
  return {
    log,
    async write() {
      try {
        await write()
        log.warn('this race was running when the app ended: marked as interrupted')
        return null
      } catch (error) {
        // The race was deleted meanwhile.
        return isChanged(error) ? null : error
      }
    },
  }
}

async function readEnd(
  db: Kysely<Schema>,
  store: RaceStore,
  id: string,
  marginMs: number | null,
): Promise<() => Promise<void>> {
  const { state, added } = closeTape(await foldTape(db, id), interrupted, marginMs)
  if (!state.end) throw new Error('the beginning of the tape is missing')
  const part = {
    fromSeq: added[0]?.seq ?? 0,
    toSeq: state.seq,
    lines: added.map((event) => JSON.stringify(event)).join('\n'),
  }
  return () => store.finish(id, state, added.length > 0 ? part : null)
}

async function tryAgain(refused: readonly Recovery[], goingDown: AbortSignal): Promise<void> {
  let left = refused
  while (left.length > 0) {
    await sleep(retryMs, undefined, { signal: goingDown, ref: false }).catch(() => {})
    if (goingDown.aborted) return
    const still: Recovery[] = []
    for (const recovery of left) if ((await recovery.write()) !== null) still.push(recovery)
    left = still
  }
}

const interrupted = {
  code: 'interrupted',
  message: 'The app ended while this lane ran. What had arrived stays.',
}
