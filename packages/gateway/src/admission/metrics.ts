/** Metrics of admission: refused calls by reason, and audit lines that could not be written. */
import { Counter, type Registry } from 'prom-client'
import type { ErrorCode } from '../errors.ts'
import { wasSent } from '../ledger/attempt-record.ts'
import type { RecordReader } from '../ledger/ledger.ts'
import type { Refusal } from './limit-answer.ts'

export interface AdmissionMetrics {
  rateLimited(reason: Refusal['reason']): void
  /** A request that never became a call. */
  refused(reason: ErrorCode): void
  auditLost(lines: number): void
  read: RecordReader
}

export function createAdmissionMetrics(registry: Registry): AdmissionMetrics {
  const registers = [registry]
  const rateLimited = new Counter({
    name: 'gateway_rate_limited_total',
    help: 'Calls refused by a limit of llm.policies: reason requests, tokens or concurrency.',
    labelNames: ['reason'],
    registers,
  })
  const refused = new Counter({
    name: 'gateway_refused_total',
    help: 'Requests refused by the gateway itself before anything went upstream, by error code.',
    labelNames: ['reason'],
    registers,
  })
  const auditLost = new Counter({
    name: 'gateway_audit_lost_total',
    help: 'Audit lines that could not be written; the log says why.',
    registers,
  })
  return {
    rateLimited: (reason) => rateLimited.inc({ reason }),
    refused: (reason) => refused.inc({ reason }),
    auditLost: (lines) => auditLost.inc(lines),
    read({ outcome, attempts }) {
      if (outcome.kind === 'failed' && !attempts.some(wasSent)) refused.inc({ reason: outcome.code })
    },
  }
}
