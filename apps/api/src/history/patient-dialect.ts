/**
 * SQLite through better-sqlite3, with three things that Kysely's own dialect lacks:
 *
 * - While another process writes (a shell, a backup), a statement waits outside SQLite: a wait within SQLite would
 *   block the event loop, and with it all viewers of a race.
 * - On a full disk SQLite ends the transaction by itself. A second rollback fails, and its error would replace the real
 *   one, so it is left out.
 * - SQLite goes on writing into a file that was removed, without an error. Here such a write is refused; reading the
 *   old file goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { type DatabaseConnection, type RootOperationNode, SqliteDialect, SqliteDriver } from 'kysely'
import type { OwnFile } from './own-file.ts'

/**
 * How long a statement waits for another process; reads that come meanwhile wait behind it. Writes of a race are tried
 * again after that.
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

  /** `own` is released when the database is closed; null when the database has no file. */
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

/** Retries only at `SQLITE_BUSY`: a transaction with an outdated snapshot (`SQLITE_BUSY_SNAPSHOT`) never succeeds. */
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
