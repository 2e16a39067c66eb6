/** `POST /admin/backup`. */
import type { AuditLog } from '../admission/audit.ts'
import type { Identity } from '../admission/identity.ts'
import { GatewayError } from '../errors.ts'
import type { Books } from './books.ts'
import type { BooksCopy } from './copy-books.ts'

/** The identity is that of the caller, for the audit log. Rejects with `books_unavailable` and the reason. */
export async function makeBackup(
  { books, audit }: { books: Books; audit: AuditLog },
  { id, tenant }: Identity,
): Promise<BooksCopy & { object: 'backup' }> {
  const asked = { caller: id, tenant, action: 'backup' }
  try {
    const copy = await books.backup()
    audit.note({ ...asked, outcome: 'ok', ...copy })
    return { object: 'backup', ...copy }
  } catch (cause) {
    audit.note({ ...asked, outcome: 'books_unavailable' })
    if (cause instanceof GatewayError) throw cause
    throw new GatewayError('books_unavailable', `There is no backup: ${(cause as Error).message}.`, { cause })
  }
}
