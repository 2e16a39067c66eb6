/**
 * One JSON line a call: who, what, how it ended, what it cost. No prompt, no answer, no key. Of calls that were refused before
 * their caller was known, only so many have one.
 */
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Audit } from '../config/callers-schema.ts'
import type { RecordReader } from '../ledger/ledger.ts'
import { toTried } from '../ledger/tried.ts'
import { type AuditFile, createAuditFile } from './audit-file.ts'
import { createStrangerLines, type StrangerLines } from './stranger-lines.ts'

export interface AuditLog {
  read: RecordReader
  /** What is no call: an admin has done it. */
  note(done: object): void
  /** From now on lines go there, whenever their call arrived; null: nowhere. */
  use(config: Audit | null): void
  /** Writes what is waiting. */
  close(): Promise<void>
}

export interface AuditOptions {
  clock: Clock
  log: Logger
  onLost(lines: number): void
}

export function createAudit({ clock, log, onLost }: AuditOptions): AuditLog {
  let open: { path: string; file: AuditFile } | null = null
  /** Of files that were left; each is done within a second. */
  const closing = new Set<Promise<void>>()
  const strangers = createStrangerLines(clock)

  const leave = () => {
    if (open) tellLeftOut(open.file, strangers.takeLeftOut(true), clock.date().toISOString())
    const left = open?.file.close()
    open = null
    if (!left) return
    closing.add(left)
    void left.then(() => closing.delete(left))
  }
  return {
    read: createAuditReader(() => open?.file ?? null, strangers, clock),
    note: (done) => open?.file.write(JSON.stringify({ time: clock.date().toISOString(), ...done })),
    use(config) {
      // Two writers of one file would rotate it under each other.
      if (config && config.path === open?.path) return open.file.limit(config)
      leave()
      if (config) open = { path: config.path, file: openFile(config, log, onLost) }
    },
    async close() {
      leave()
      await Promise.all(closing)
    },
  }
}

function openFile(config: Audit, log: Logger, onLost: AuditOptions['onLost']): AuditFile {
  const { path } = config
  return createAuditFile({
    ...config,
    onLost(lines, error, isFirst) {
      onLost(lines)
      if (isFirst) log.error({ path, err: error }, 'the audit log cannot be written; calls go on without')
    },
    onBack: () => log.info({ path }, 'the audit log is written again'),
  })
}

function tellLeftOut(file: AuditFile, calls: number, time: string) {
  if (calls > 0) file.write(JSON.stringify({ time, caller: null, outcome: 'left_out', calls }))
}

function createAuditReader(
  file: () => AuditFile | null,
  strangers: StrangerLines,
  clock: Clock,
): RecordReader {
  // Many lines are of the same millisecond, and the text of a date costs nearly what the line costs.
  let at = { ms: Number.NaN, text: '' }
  const now = (): string => {
    const date = clock.date()
    if (date.getTime() !== at.ms) at = { ms: date.getTime(), text: date.toISOString() }
    return at.text
  }
  return (record) => {
    const open = file()
    if (!open) return
    const { outcome, usage, identity } = record
    tellLeftOut(open, strangers.takeLeftOut(), now())
    if (identity === null && !strangers.take()) return
    const line = {
      time: now(),
      requestId: record.requestId,
      caller: identity?.id ?? null,
      tenant: identity?.tenant ?? null,
      ...(Object.keys(record.tags).length > 0 && { tags: record.tags }),
      model: record.askedModel,
      target: record.target,
      provider: record.provider,
      servedModel: record.responseModel,
      stream: record.isStream,
      outcome: outcome.kind === 'failed' ? outcome.code : outcome.kind,
      status: record.status,
      attempts: record.attempts.length,
      ...toTried(record),
      inputTokens: usage?.inputTokens ?? null,
      outputTokens: usage?.outputTokens ?? null,
      costUsd: record.costUsd,
      durationMs: record.durationMs,
      ...(record.cache && { cache: record.cache }),
      ...(record.guardrails.length > 0 && { guardrails: record.guardrails }),
    }
    open.write(JSON.stringify(line))
  }
}
