/**
 * When a call or an attempt was over. A whole answer is over when its end was read: the caller gets the last byte as
 * soon as the kernel has it, while on a busy machine the gateway's next turn comes many milliseconds later. A failure
 * is over now.
 */
import type { Clock } from '../clock.ts'
import type { AnswerFacts } from '../relay/watch.ts'

/** On the monotonic clock. */
export function toEndedAtMs({ endedAtMs }: AnswerFacts, isWhole: boolean, clock: Clock): number {
  return (isWhole ? endedAtMs : null) ?? clock.monotonicMs()
}
