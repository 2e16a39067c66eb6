/**
 * Checks the times of a lane's response (`Arrival`) with those of its events. One clock stamps both, so the splits must
 * have this order: headers, first byte, first choices, first token, last token, last chunk, total, close.
 */
import type { EventOf } from './race-event.ts'

export interface TokenTimes {
  startAt: number
  /** null when no token came. */
  firstTokenAt: number | null
  lastTokenAt: number | null
}

/**
 * The first two splits in the wrong order, as a phrase; null where the order is right. `dustMs`: by how much rounding
 * can move them.
 */
export function findWrongSplit(
  end: EventOf<'done' | 'error'>,
  { startAt, firstTokenAt, lastTokenAt }: TokenTimes,
  dustMs: number,
): string | null {
  const { arrival } = end
  if (!arrival) return null
  const since = (at: number | null) => (at === null ? null : at - startAt)
  const endMs = since(end.at)
  const isDone = end.type === 'done'
  const splits: readonly [string, number | null | undefined][] = [
    ['start', 0],
    ['headers', arrival.headersMs],
    ['first byte', arrival.firstByteMs],
    ['first choices', arrival.firstChoicesMs],
    ['first token', since(firstTokenAt)],
    ['last token', since(lastTokenAt)],
    ['last chunk', arrival.lastChunkMs],
    // A whole answer ends with `[DONE]`, and its connection closes after that; after a failure nothing comes.
    ['total', isDone ? endMs : null],
    ['close', arrival.closeMs],
    ['failure', isDone ? null : endMs],
  ]
  let before = { name: '', ms: Number.NEGATIVE_INFINITY }
  for (const [name, ms] of splits) {
    if (ms === null || ms === undefined) continue
    if (ms < before.ms - dustMs) return `the ${name} before the ${before.name}`
    before = { name, ms }
  }
  return null
}
