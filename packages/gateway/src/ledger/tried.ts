/** What was tried for a call, for its line in the log and in the audit log: codes, and no words of a provider. */
import type { AttemptRecord } from './attempt-record.ts'
import type { CallRecord } from './record.ts'

type Tried = Pick<AttemptRecord, 'target' | 'outcome' | 'status' | 'waitMs' | 'durationMs'>

/** Empty for a call that its one attempt answered: the rest of the line says it all. */
export function toTried({ attempts, outcome }: Pick<CallRecord, 'attempts' | 'outcome'>): {
  tried?: Tried[]
} {
  if (attempts.length === 0 || (attempts.length === 1 && outcome.kind !== 'failed')) return {}
  return {
    tried: attempts.map(({ target, outcome, status, waitMs, durationMs }) => ({
      target,
      outcome,
      status,
      waitMs,
      durationMs,
    })),
  }
}
