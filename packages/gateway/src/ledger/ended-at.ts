/**
 * When a call or an attempt was over. A whole answer was when its end was read: its caller has the last byte as soon as the kernel has
 * it, and on a busy machine the gateway's own turn comes many milliseconds later. What failed is over now.
 */
import type { Clock } from '../clock.ts'
import type { AnswerFacts } from '../relay/watch.ts'

/** On the monotonic clock. */
export function toEndedAtMs({ endedAtMs }: AnswerFacts, isWhole: boolean, clock: Clock): number {
  return (isWhole ? endedAtMs : null) ?? clock.monotonicMs()
}
