/** One JSON line a call: who, what, how it ended, what it cost. No prompt, no answer, no key. */
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Audit } from '../config/callers-schema.ts'
import type { RecordReader } from '../ledger/ledger.ts'
import { createAuditFile } from './audit-file.ts'

export interface AuditOptions {
  /** null: nothing is written. */
  config: Audit | null
  clock: Clock
  log: Logger
  onLost(lines: number): void
}

export function openAudit({ config, clock, log, onLost }: AuditOptions): {
  read: RecordReader
  close(): Promise<void>
} {
  if (!config) return { read() {}, close: async () => {} }
  const file = createAuditFile({
    ...config,
    onLost(lines, error, isFirst) {
      onLost(lines)
      if (isFirst) {
        log.error({ path: config.path, err: error }, 'the audit log cannot be written; calls go on without')
      }
    },
    onBack: () => log.info({ path: config.path }, 'the audit log is written again'),
  })
  return { read: createAuditReader(file.write, clock), close: file.close }
}

function createAuditReader(write: (line: string) => void, clock: Clock): RecordReader {
  // Many lines are of the same millisecond, and the text of a date costs nearly what the line costs.
  let at = { ms: Number.NaN, text: '' }
  const now = (): string => {
    const date = clock.date()
    if (date.getTime() !== at.ms) at = { ms: date.getTime(), text: date.toISOString() }
    return at.text
  }
  return (record) => {
    const { outcome, usage, identity } = record
    const line = {
      time: now(),
      requestId: record.requestId,
      caller: identity?.id ?? null,
      tenant: identity?.tenant ?? null,
      ...(identity && Object.keys(identity.tags).length > 0 && { tags: identity.tags }),
      model: record.askedModel,
      provider: record.provider,
      servedModel: record.responseModel,
      stream: record.isStream,
      outcome: outcome.kind === 'failed' ? outcome.code : outcome.kind,
      status: record.status,
      attempts: record.attempts.length,
      inputTokens: usage?.inputTokens ?? null,
      outputTokens: usage?.outputTokens ?? null,
      costUsd: record.costUsd,
      durationMs: record.durationMs,
    }
    write(JSON.stringify(line))
  }
}
