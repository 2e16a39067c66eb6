/**
 * SQLite through better-sqlite3, with what Kysely's own dialect leaves to do:
 *
 * - While another process writes (a shell, a backup) a statement waits outside SQLite: the wait within it would hold up the event
 *   loop, and with it all viewers of a race.
 * - On a full disk SQLite ends the transaction by itself. To roll it back once more fails, and that failure would stand in the place
 *   of the reason.
 * - Into a file that was removed SQLite goes on writing without a word. What is in it can still be read.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { type DatabaseConnection, type RootOperationNode, SqliteDialect, SqliteDriver } from 'kysely'
import type { OwnFile } from './own-file.ts'

/**
 * How long a statement waits for another process; whoever reads meanwhile waits behind it. What a race has to write is
 * tried again.
 */
const busyMsMax = 1_000
const busyRetryMs = 20

const writing: ReadonlySet<RootOperationNode['kind']> = new Set([
  'InsertQueryNode',
  'UpdateQueryNode',
  'DeleteQueryNode',
])

export class PatientDialect extends SqliteDialect {
  readonly #sqlite: Database.Database
  readonly #own: OwnFile | null

  /** `own` is released when the database is closed; null: there is no file. */
  constructor(sqlite: Database.Database, own: OwnFile | null) {
    super({ database: sqlite })
    this.#sqlite = sqlite
    this.#own = own
  }

  override createDriver(): SqliteDriver {
    return new PatientDriver(this.#sqlite, this.#own)
  }
}

class PatientDriver extends SqliteDriver {
  readonly #sqlite: Database.Database
  readonly #own: OwnFile | null

  constructor(sqlite: Database.Database, own: OwnFile | null) {
    super({ database: sqlite })
    this.#sqlite = sqlite
    this.#own = own
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: async (query, options) => {
        if (writing.has(query.query.kind)) this.#own?.check()
        return patiently(() => connection.executeQuery(query, options))
      },
      streamQuery: (query, chunkSize, options) => connection.streamQuery(query, chunkSize, options),
    }
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection)
  }

  override async destroy(): Promise<void> {
    await super.destroy()
    this.#own?.release()
  }
}

/** Only `SQLITE_BUSY`: a transaction whose reading is out of date (`SQLITE_BUSY_SNAPSHOT`) would wait in vain. */
async function patiently<Result>(execute: () => Promise<Result>): Promise<Result> {
  const untilMs = performance.now() + busyMsMax
  for (;;) {
    try {
      return await execute()
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY' || performance.now() > untilMs) throw error
      await sleep(busyRetryMs)
    }
  }
}
