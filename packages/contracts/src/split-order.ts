/**
 * What the socket told of a lane beside what its events tell. One clock stamps both, so the splits stand in the order
 * in which they can have come: headers, first byte, first choices, first token, last token, last chunk, total, close.
 */
import type { EventOf } from './race-event.ts'

export interface TokenTimes {
  startAt: number
  /** null: no token came. */
  firstTokenAt: number | null
  lastTokenAt: number | null
}

/**
 * The two splits that stand the wrong way round, in words; null where all are as they can be. `dustMs`: what rounding
 * may move them.
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
    // A whole answer ends with `[DONE]`, and its connection behind that; of a failure nothing comes later.
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
