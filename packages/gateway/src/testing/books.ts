/** Gateways whose calls cost round sums, with books in a folder of each test's own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Spending, type SpendingOptions, startSpending } from './spending.ts'

export interface Usage {
  data: Record<string, unknown>[]
  total: Record<string, unknown>
}

export interface BooksOfATest {
  /** The empty folder of this test. */
  folder(): string
  /** The file of the books, in a folder that does not exist yet. */
  path(): string
  start(options?: SpendingOptions): Promise<Spending>
  /** Throws when the request is refused. */
  usageOf(spending: Spending, query?: string): Promise<Usage>
}

export function useBooks(
  beforeEach: (open: () => void) => void,
  afterEach: (close: () => Promise<void>) => void,
): BooksOfATest {
  let folder: string
  const opened: Spending[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'books-'))
  })
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
    rmSync(folder, { recursive: true })
  })
  const path = () => join(folder, 'deep', 'books.db')
  return {
    folder: () => folder,
    path,
    async start(options = {}) {
      const spending = await startSpending({ booksPath: path(), ...options })
      opened.push(spending)
      return spending
    },
    async usageOf({ admin }, query = '') {
      const { status, body } = await admin(`/admin/usage${query}`)
      if (status !== 200) throw new Error(`usage: ${status} ${JSON.stringify(body)}`)
      return body as Usage
    },
  }
}
