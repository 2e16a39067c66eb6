/** `GET /admin/usage`. */
import { GatewayError } from '../errors.ts'
import type { Books } from './books.ts'
import { readUsageQuery } from './usage-query.ts'

/** Rejects with `invalid_request`, or with `books_unavailable` when the books cannot be read. */
export async function toUsageList(books: Books, search: URLSearchParams) {
  const query = readUsageQuery(search)
  try {
    const { rows, total, isCut } = await books.usage(query)
    return {
      object: 'list',
      by: query.by,
      from: toTime(query.fromMs),
      to: toTime(query.toMs),
      offset: query.offset,
      data: rows.map(({ group, ...figures }) => ({ ...group, ...figures })),
      total,
      isCut,
    }
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    throw new GatewayError(
      'books_unavailable',
      'The books cannot be read just now. The log of the gateway says why; try again.',
      { cause },
    )
  }
}

function toTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
