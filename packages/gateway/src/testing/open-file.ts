/** A SQLite file while a gateway has it open, and locked: a copy is what a kill would leave. */
import { copyFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/** Copies the file and its log. */
export function copyOpen(from: string, to: string): void {
  for (const end of ['', '-wal']) copyFileSync(from + end, to + end)
}

/** The first column of what a query finds in a copy, which lies beside the file. */
export function readColumn(path: string, sql: string): unknown[] {
  copyOpen(path, `${path}.read`)
  const file = new Database(`${path}.read`)
  const column = file.prepare(sql).pluck().all()
  file.close()
  return column
}
