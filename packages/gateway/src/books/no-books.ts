/** `GATEWAY_BOOKS=off`: nothing is written. Budgets are then kept in memory, and restart with the gateway. */
import { GatewayError } from '../errors.ts'
import type { Books } from './books.ts'

export const noBooks: Books = {
  read() {},
  hold: () => null,
  async watch(_counts, onAsked) {
    // Of all times: there is nothing to be asked for later.
    onAsked(0)
    return []
  },
  keep() {},
  usage: refuse,
  backup: refuse,
  problem: () => null,
  async close() {},
}

async function refuse(): Promise<never> {
  throw new GatewayError(
    'books_unavailable',
    'This gateway keeps no books. Name a file for them: GATEWAY_BOOKS, or llm.policies.books.file in gateway.yaml.',
  )
}
