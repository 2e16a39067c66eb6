/**
 * The books as the thread keeps them: open file, writer, what is counted. Everything here may block, and blocks nobody but
 * the thread.
 */
import { SqliteError } from 'better-sqlite3'
import { type BooksCopy, copyBooks } from './copy-books.ts'
import type { BookedCall, Hold, Kept, Questions } from './messages.ts'
import { type BooksFile, openFile } from './open-file.ts'
import { dayMs, endOf, startOf } from './period.ts'
import type { HoldsTable } from './schema.ts'
import type { Count, Spent } from './spending.ts'
import { readUsage } from './usage.ts'
import { addTo, createWriter, type Sums, type Writer } from './write-calls.ts'

export interface KeepOptions {
  path: string
  /** Of this process: holds of another are left over from a crash. */
  instance: string
}

export type Keeper = {
  [K in Exclude<keyof Questions, 'write'>]: (ask: Questions[K]['ask']) => Promise<Questions[K]['answer']>
} & { write(ask: { calls: BookedCall[]; holds: Hold[]; kept: Kept; nowMs: number }): Promise<null> }

/** The file is opened by the first question, and again by the next one after that failed. */
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
    // Not opened anew: in an empty file every budget would begin again.
    books.file.check()
    return books
  }
  return {
    async write({ calls, holds, kept, nowMs }) {
      const books = await toBooks()
      const { writer, file, counts } = books
      const isTimeToSweep = nowMs - books.sweptAtMs >= dayMs
      // All or nothing: what failed is sent again.
      file.sqlite.transaction(() => {
        writer.write(calls, holds, counts)
        forgetCalls(file, kept, nowMs)
        if (isTimeToSweep) sweep(file, nowMs)
      })()
      if (isTimeToSweep) books.sweptAtMs = nowMs
      return null
    },
    async watch({ counts: wanted, nowMs }) {
      const books = await toBooks()
      const spent = watch(books.file, books.writer, wanted, nowMs)
      books.counts = wanted
      return spent
    },
    usage: async ({ query }) => readUsage((await toBooks()).file.db, query),
    async backup({ nowMs }) {
      const { sqlite } = (await toBooks()).file
      copying = copyBooks({ sqlite, path: options.path, nowMs, hasStopped: () => hasStopped })
      return copying
    },
    async close() {
      hasStopped = true
      await copying?.catch(() => {})
      const books = await open?.catch(() => null)
      await books?.file.db.destroy()
      return null
    },
  }
}

interface OpenBooks {
  file: BooksFile
  writer: Writer
  /** What is counted now. */
  counts: readonly Count[]
  /** When sums of periods that are long over were deleted. */
  sweptAtMs: number
}

async function openBooks({ path, instance }: KeepOptions): Promise<OpenBooks> {
  const file = await openFile(path)
  try {
    const writer = createWriter(file.sqlite, instance)
    // As before the crash, until somebody says what to count now.
    const names = await file.db.selectFrom('counts').select('name').execute()
    const counts = names.map(({ name }) => readCount(name))
    await closeHolds(file, writer, counts, instance)
    return { file, writer, counts, sweptAtMs: 0 }
  } catch (error) {
    // Left open it would keep out the next try, too.
    await file.db.destroy()
    throw error
  }
}

/**
 * Calls that ran when the process was killed: what they cost is not known, and what was reserved for them is the best that
 * is. They are booked with it, as `interrupted`, under whatever was counted then. Each by itself: one that cannot be booked
 * stays among the holds, and keeps nobody from the books.
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

/** A full disk, say: it may take it another time. */
function isOfTheFile(error: unknown): boolean {
  return error instanceof SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT')
}

function toInterrupted(hold: HoldsTable): BookedCall {
  const { request_id: requestId, at_ms: atMs, caller, tenant, model, target, provider, operation } = hold
  // Beyond it no number is exact, and sums grow out of their 64 bits.
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

/** The name says it all. */
function readCount(name: string): Count {
  const at = name.lastIndexOf('|')
  return {
    name,
    per: name.slice(0, at).split(',') as Count['per'],
    period: name.slice(at + 1) as Count['period'],
  }
}

/**
 * A count that is new begins with what the calls in the books have cost in its period; one that nobody asks for is dropped. One
 * without a sum of its period is worked out as a new one: a clock that was ahead for a moment has swept it.
 */
function watch({ sqlite }: BooksFile, writer: Writer, wanted: readonly Count[], nowMs: number): Spent[] {
  const read = sqlite
    .prepare(
      'select subject, pico from spent where count = ? and starts_at_ms = ? order by pico desc limit ?',
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
      const startsAtMs = startOf(period, nowMs)
      const rows = read.all(name, BigInt(startsAtMs), spentMax) as { subject: string; pico: bigint }[]
      return rows.map(({ subject, pico }) => ({ count: name, startsAtMs, subject, pico }))
    })
  })()
}

/** Of one count, those who spent most: as many as the gateway keeps in memory. */
const spentMax = 10_000

/** Of one period. What a clock that was ahead has booked for a later one is counted there already. */
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

/** At once: as many as a write mostly brings, four times over, so that the books shrink while they are written. */
const forgottenMax = 2_000

/** Old calls go, the oldest first; what is counted of them stays. */
function forgetCalls({ sqlite }: BooksFile, { keepDays, callsMax }: Kept, nowMs: number): void {
  const { first, last, atMs } = sqlite
    .prepare(
      // Each by itself is one look into the index; asked together they would read the whole table.
      'select (select min(id) from calls) as first, (select max(id) from calls) as last, (select at_ms from calls order by id limit 1) as atMs',
    )
    .get() as { first: number | null; last: number; atMs: number }
  const keepFromMs = nowMs - keepDays * dayMs
  if (first === null || (atMs >= keepFromMs && last - first < callsMax)) return
  sqlite
    .prepare(
      'delete from calls where id in (select id from calls where id <= ? or at_ms < ? order by id limit ?)',
    )
    .run(last - callsMax, keepFromMs, forgottenMax)
}

/** A month, and another in which its last calls may still end. */
const longestPeriodMs = 62 * dayMs

/** A total begins at 0, and is never over. */
function sweep({ sqlite }: BooksFile, nowMs: number): void {
  sqlite.prepare('delete from spent where starts_at_ms > 0 and starts_at_ms < ?').run(nowMs - longestPeriodMs)
}
