/**
 * The books inside their thread: the open file, the writer, and the counts that are kept. Calls here can block, which
 * holds up nothing but this thread.
 */
import { SqliteError } from 'better-sqlite3'
import { type BooksCopy, copyBooks } from './copy-books.ts'
import { forgetCalls, sweepSums } from './forget-calls.ts'
import { createJournal, type Journal } from './journal.ts'
import type { BookedCall, Hold, Kept, Questions } from './messages.ts'
import { type BooksFile, openFile } from './open-file.ts'
import type { PackedCalls } from './packed-calls.ts'
import { dayMs, endOf, startOf } from './period.ts'
import type { HoldsTable } from './schema.ts'
import type { Count, Spent } from './spending.ts'
import { readUsage } from './usage.ts'
import { addTo, createWriter, type Sums, type Writer } from './write-calls.ts'

export interface KeepOptions {
  path: string
  /** The id of this process. Holds with another id are left over from a crash. */
  instance: string
}

export type Keeper = {
  [K in Exclude<keyof Questions, 'write'>]: (ask: Questions[K]['ask']) => Promise<Questions[K]['answer']>
} & {
  /** Books these calls, and those of the journal before them. */
  write(ask: { calls: BookedCall[]; holds: Hold[]; kept: Kept; nowMs: number }): Promise<null>
  /** Keeps these calls safe, and books them with many others a second later at most. */
  note(ask: { calls: PackedCalls[]; holds: Hold[]; kept: Kept; nowMs: number }): Promise<null>
}

/** The first question opens the file. If that fails, the next one tries again. */
export function createKeeper(options: KeepOptions): Keeper {
  let open: Promise<OpenBooks> | null = null
  let copying: Promise<BooksCopy> | null = null
  let hasStopped = false
  const toBooks = async () => {
    open ??= openBooks(options)
    const books = await open.catch((error) => {
      open = null
      throw error
    })
    // Throws if the file has gone, and opens no new one: in an empty file every budget would restart.
    books.file.check()
    return books
  }
  return {
    async write(news) {
      book(await toBooks(), news)
      return null
    },
    async note({ calls, holds, kept, nowMs }) {
      const books = await toBooks()
      if (books.noted?.isLate) bookJournal(books)
      const { file, writer, journal, counts } = books
      file.sqlite.transaction(() => {
        journal.add(calls)
        writer.write([], holds, counts)
      })()
      const timer = books.noted?.timer ?? setTimeout(bookLater, notedMs, books)
      books.noted = { kept, nowMs, timer, isLate: false }
      return null
    },
    async watch({ counts: wanted, nowMs }) {
      const books = await toBooks()
      bookJournal(books)
      const spent = watch(books.file, books.writer, wanted, nowMs)
      books.counts = wanted
      return spent
    },
    async usage({ query }) {
      const books = await toBooks()
      bookJournal(books)
      return readUsage(books.file.db, query)
    },
    async backup({ nowMs }) {
      const books = await toBooks()
      bookJournal(books)
      const { sqlite } = books.file
      copying = copyBooks({ sqlite, path: options.path, nowMs, hasStopped: () => hasStopped })
      return copying
    },
    async close() {
      hasStopped = true
      await copying?.catch(() => {})
      const books = await open?.catch(() => null)
      if (!books) return null
      try {
        bookJournal(books)
      } catch {
        // It stays in the file, and is booked by the next start.
        clearTimeout(books.noted?.timer)
      }
      await books.file.db.destroy()
      return null
    },
  }
}

/** How long calls stay in the journal. */
const notedMs = 1_000

interface OpenBooks {
  file: BooksFile
  writer: Writer
  journal: Journal
  /** The counts that are kept now. */
  counts: readonly Count[]
  /** When the sums of old periods were last deleted. */
  sweptAtMs: number
  /** What the newest note said; null while the journal is empty. */
  noted: Noted | null
}

interface Noted {
  kept: Kept
  nowMs: number
  timer: NodeJS.Timeout
  /** The journal could not be booked in its time. The next note tries it again, so that the gateway learns why. */
  isLate: boolean
}

function bookLater(books: OpenBooks): void {
  try {
    books.file.check()
    bookJournal(books)
  } catch {
    books.noted!.isLate = true
  }
}

function bookJournal(books: OpenBooks): void {
  if (books.noted) book(books, { calls: [], holds: [], ...books.noted })
}

/** Books what is in the journal, and then these calls. All or nothing, because a batch that failed is sent again. */
function book(books: OpenBooks, { calls, holds, kept, nowMs }: Parameters<Keeper['write']>[0]): void {
  const { writer, journal, counts } = books
  const { sqlite } = books.file
  const isTimeToSweep = nowMs - books.sweptAtMs >= dayMs
  sqlite.transaction(() => {
    let added = calls.length
    journal.empty((noted) => {
      added += noted.length
      writer.write(noted, [], counts)
    })
    writer.write(calls, holds, counts)
    forgetCalls(sqlite, kept, { nowMs, added })
    if (isTimeToSweep) sweepSums(sqlite, nowMs)
  })()
  if (isTimeToSweep) books.sweptAtMs = nowMs
  clearTimeout(books.noted?.timer)
  books.noted = null
}

async function openBooks({ path, instance }: KeepOptions): Promise<OpenBooks> {
  const file = await openFile(path)
  try {
    const writer = createWriter(file.sqlite, instance)
    // Those from before the crash, until `watch` says what to count now.
    const names = await file.db.selectFrom('counts').select('name').execute()
    const counts = names.map(({ name }) => readCount(name))
    const journal = createJournal(file.sqlite)
    // Before the holds: a call that had ended is none of them.
    journal.recover((calls) => writer.write(calls, [], counts), isOfTheFile)
    await closeHolds(file, writer, counts, instance)
    return { file, writer, journal, counts, sweptAtMs: 0, noted: null }
  } catch (error) {
    // Left open, its lock would make the next attempt fail too.
    await file.db.destroy()
    throw error
  }
}

/**
 * Records the calls that were running when the process was killed, as `interrupted`, in the counts that were kept then.
 * Their cost cannot be known; the amount that was reserved is the best estimate. Each is written by itself: one that
 * cannot be recorded stays among the holds, and the books open all the same.
 */
async function closeHolds(
  { db }: BooksFile,
  writer: Writer,
  counts: readonly Count[],
  instance: string,
): Promise<void> {
  const holds = await db.selectFrom('holds').selectAll().where('instance', '!=', instance).execute()
  for (const hold of holds) {
    try {
      writer.write([toInterrupted(hold)], [], counts)
    } catch (error) {
      if (isOfTheFile(error)) throw error
    }
  }
}

/** Such as a full disk: then another attempt can succeed, unlike with a hold that cannot be recorded. */
function isOfTheFile(error: unknown): boolean {
  return error instanceof SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT')
}

function toInterrupted(hold: HoldsTable): BookedCall {
  const { request_id: requestId, at_ms: atMs, caller, tenant, model, target, provider, operation } = hold
  // Beyond this, numbers are not exact, and sums could exceed 64 bits.
  const costPico = Math.min(hold.cost_pico, Number.MAX_SAFE_INTEGER)
  const attempt = {
    ...{ target, provider, model: target, outcome: 'interrupted', status: null },
    ...{ inputTokens: null, outputTokens: null, reasoningTokens: null, cachedTokens: null },
    ...{ cacheWriteTokens: null, costPico, isUnpriced: false, isEstimated: true },
  }
  return {
    ...{ requestId, atMs, caller, tenant, model, operation, outcome: 'interrupted' },
    ...{ tags: hold.tags === null ? {} : JSON.parse(hold.tags), status: 0, isStream: false },
    ...{ durationMs: 0, attempts: [attempt], isHeld: true },
  }
}

/** The name contains the whole count: `caller,tag:agent|day`. */
function readCount(name: string): Count {
  const at = name.lastIndexOf('|')
  return {
    name,
    per: name.slice(0, at).split(',') as Count['per'],
    period: name.slice(at + 1) as Count['period'],
  }
}

/**
 * Keeps the wanted counts, and drops others. A new count starts with the cost of the recorded calls of its period. So
 * does a known one without a sum for its period: a clock that was far ahead for a while made `sweep` delete that sum.
 * There are sums of later periods only when the clock is behind now, or was ahead.
 */
function watch({ sqlite }: BooksFile, writer: Writer, wanted: readonly Count[], nowMs: number): Spent[] {
  const read = sqlite
    .prepare(
      'select starts_at_ms as startsAtMs, subject, pico from spent where count = ? and starts_at_ms >= ? order by starts_at_ms desc, pico desc limit ?',
    )
    .safeIntegers()
  const hasSum = sqlite.prepare('select 1 from spent where count = ? and starts_at_ms = ? limit 1')
  return sqlite.transaction(() => {
    const known = new Set(sqlite.prepare('select name from counts').pluck().all() as string[])
    for (const name of known) {
      if (wanted.some((count) => count.name === name)) continue
      sqlite.prepare('delete from counts where name = ?').run(name)
      sqlite.prepare('delete from spent where count = ?').run(name)
    }
    for (const count of wanted) {
      const startsAtMs = startOf(count.period, nowMs)
      if (!known.has(count.name)) sqlite.prepare('insert into counts (name) values (?)').run(count.name)
      else if (hasSum.get(count.name, startsAtMs) !== undefined) continue
      writer.add(sumCalls(sqlite, count, startsAtMs))
    }
    return wanted.flatMap(({ name, period }) => {
      const rows = read.all(name, BigInt(startOf(period, nowMs)), spentMax) as SpentRow[]
      return rows.map((row) => ({ ...row, count: name, startsAtMs: Number(row.startsAtMs) }))
    })
  })()
}

interface SpentRow {
  startsAtMs: bigint
  subject: string
  pico: bigint
}

/** Of one count, the subjects that spent most, in the newest period first: not more than the gateway keeps in memory. */
const spentMax = 10_000

/** Of one period only: calls that a clock ahead of time put into a later one are in that one's sum already. */
function sumCalls(sqlite: BooksFile['sqlite'], count: Count, startsAtMs: number): Sums {
  const sums: Sums = new Map()
  const rows = sqlite
    .prepare(
      'select at_ms as atMs, caller, tenant, tags, total(cost_pico) as costPico from calls join attempts on call_id = id where at_ms >= ? and at_ms < ? group by id',
    )
    .iterate(startsAtMs, endOf(count.period, startsAtMs) ?? Number.MAX_SAFE_INTEGER) as IterableIterator<{
    atMs: number
    caller: string
    tenant: string | null
    tags: string | null
    costPico: number
  }>
  for (const { tags, costPico, ...row } of rows) {
    addTo(sums, { ...row, tags: tags === null ? {} : JSON.parse(tags), attempts: [{ costPico }] }, [count])
  }
  return sums
}
