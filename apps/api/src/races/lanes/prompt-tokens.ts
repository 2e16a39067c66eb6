/**
 * The tokens of a lane's messages, for a provider that sends no usage. They are counted before the light: 200,000
 * letters take 44 ms of the lane thread, and at the end of a lane they would hold up the stamps of the others.
 */
import type { LaneRequest } from '@drag-race/contracts'
import { toMessages } from './chat-request.ts'
import { countTokens } from './count-tokens.ts'
import type { LanesOrder } from './messages.ts'

/** Lanes share most of their messages; a text is counted once a race. */
const counts = new WeakMap<LanesOrder, Map<string, number>>()

export function countPrompt(order: LanesOrder, lane: LaneRequest): number {
  const known = counts.get(order) ?? new Map<string, number>()
  counts.set(order, known)
  let tokens = 0
  for (const { content } of toMessages(order.request, lane)) {
    const count = known.get(content) ?? countTokens(content)
    known.set(content, count)
    tokens += count
  }
  return tokens
}
