/** The file of the books without its thread, in a folder of each test's own. A crash is a copy of the open file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach } from 'vitest'
import { createKeeper, type Keeper } from '../books/keep-books.ts'
import type { BookedCall, Hold } from '../books/messages.ts'
import { toCount } from '../books/spending.ts'
import { copyOpen, readColumn } from './open-file.ts'

export const nowMs = Date.parse('2026-03-15T12:00:00Z')
export const perDay = toCount(['caller'], 'day')
export const kept = { keepDays: 400, callsMax: 1_000_000 }
export const all = { by: [], fromMs: null, toMs: null, offset: 0 }

type Write = Parameters<Keeper['write']>[0]

/** Writes keep what the file was opened with. */
export interface OpenKeeper extends Omit<Keeper, 'write'> {
  write(ask: Omit<Write, 'kept'>): ReturnType<Keeper['write']>
}

export interface Keepers {
  path(name: string): string
  open(name: string, keeps?: Write['kept']): OpenKeeper
  /** The one that was opened last. */
  closeNewest(): ReturnType<Keeper['close']>
  crash(from: string, to: string): void
  /** Of a file that may be open. */
  columnIn(name: string, sql: string): unknown[]
  /** Of a file that is closed. */
  change(name: string, sql: string): void
}

export function useKeepers(): Keepers {
  let folder: string
  const keepers: Keeper[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'books-'))
  })
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.close({})
    rmSync(folder, { recursive: true })
  })
  const path = (name: string) => join(folder, name)
  return {
    path,
    open(name, keeps = kept) {
      const keeper = createKeeper({ path: path(name), instance: name })
      keepers.push(keeper)
      return { ...keeper, write: (ask) => keeper.write({ ...ask, kept: keeps }) }
    },
    closeNewest: () => keepers.pop()!.close({}),
    crash: (from, to) => copyOpen(path(from), path(to)),
    columnIn: (name, sql) => readColumn(path(name), sql),
    change(name, sql) {
      const file = new Database(path(name))
      file.exec(sql)
      file.close()
    },
  }
}

const who = { caller: 'a', tenant: null, tags: { agent: 'x' } }

/** A running call for which 5 pico-dollars are reserved. */
export const hold: Hold = {
  ...who,
  requestId: 'r',
  atMs: nowMs,
  model: 'm',
  target: 'm',
  provider: 'custom',
  operation: 'embeddings',
  costPico: 5,
}

export function toCall(
  requestId: string,
  costPico: number | null,
  more: Partial<BookedCall> = {},
): BookedCall {
  const attempt = {
    ...{ target: 'm', provider: 'custom', model: 'm', outcome: 'ok', status: 200 },
    ...{ isUnpriced: costPico === null, costPico, isEstimated: false },
    ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null, cacheWriteTokens: null },
  }
  return {
    ...who,
    ...{ requestId, atMs: nowMs, model: 'm', operation: 'chat', outcome: 'ok', status: 200, isStream: false },
    ...{ durationMs: 1, isHeld: false, attempts: [attempt], ...more },
  }
}
