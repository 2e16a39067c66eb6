/**
 * The calls of a busy gateway, before they are booked. A batch is kept as it came, in one row, and the calls of about a
 * second are then booked together: each time the thread works, it takes a core from the calls that run, and they wait
 * longer than it works (docs/decisions/0028).
 *
 * It is a table of the books' own file, so that what holds for the file (a full disk, a kill, a backup) holds for it.
 */
import { deserialize, serialize } from 'node:v8'
import type { Database } from 'better-sqlite3'
import type { BookedCall } from './messages.ts'
import { type PackedCalls, unpackCalls } from './packed-calls.ts'

export interface Journal {
  /** Belongs in the transaction of what is written beside it. */
  add(batches: readonly PackedCalls[]): void
  /** Hands over what it holds, in its order, and keeps nothing of it. All or nothing, inside a transaction. */
  empty(book: (calls: BookedCall[]) => void): void
  /**
   * The same for what a crash left. A batch that cannot be booked, or read, is set aside: it stays in the file, and the
   * books open all the same. Throws what `isOfTheFile` finds.
   */
  recover(book: (calls: BookedCall[]) => void, isOfTheFile: (error: unknown) => boolean): void
}

export function createJournal(sqlite: Database): Journal {
  const insert = sqlite.prepare('insert into journal (batch) values (?)')
  const select = sqlite.prepare('select id, batch from journal where is_set_aside = 0 order by id')
  const remove = sqlite.prepare('delete from journal where id = ?')
  const setAside = sqlite.prepare('update journal set is_set_aside = 1 where id = ?')

  const moveAll = (move: (row: Row) => void) => {
    // One after the other, so that not all of them are unpacked at one time.
    for (let row = select.get() as Row | undefined; row; row = select.get() as Row | undefined) move(row)
  }
  const createMove =
    (book: (calls: BookedCall[]) => void) =>
    ({ id, batch }: Row) => {
      book(unpackCalls(deserialize(batch) as PackedCalls))
      remove.run(id)
    }
  return {
    add(batches) {
      for (const batch of batches) insert.run(serialize(batch))
    },
    empty(book) {
      moveAll(createMove(book))
    },
    recover(book, isOfTheFile) {
      const move = sqlite.transaction(createMove(book))
      moveAll((row) => {
        try {
          move(row)
        } catch (error) {
          if (isOfTheFile(error)) throw error
          setAside.run(row.id)
        }
      })
    },
  }
}

interface Row {
  id: number
  batch: Buffer
}
