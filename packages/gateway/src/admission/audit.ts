/**
 * One JSON line a call: who called what, how it ended, what it cost. No prompt, no answer, no key. Calls that were
 * refused before their caller was known get only so many lines a minute (stranger-lines.ts).
 */
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Audit } from '../config/callers-schema.ts'
import type { RecordReader } from '../ledger/ledger.ts'
import { toTried } from '../ledger/tried.ts'
import { type AuditFile, createAuditFile } from './audit-file.ts'
import { createStrangerLines, type StrangerLines } from './stranger-lines.ts'

export interface AuditLog {
  read: RecordReader
  /** Writes a line about something that an admin did, which is not a call. */
  note(done: object): void
  /** From now on all lines go to this file, also those of calls that arrived before; null: to none. */
  use(config: Audit | null): void
  /** Writes the lines that wait. */
  close(): Promise<void>
}

export interface AuditOptions {
  clock: Clock
  log: Logger
  onLost(lines: number): void
}

export function createAudit({ clock, log, onLost }: AuditOptions): AuditLog {
  let open: AuditFile | null = null
  // A second writer of a file would rotate it while the first one still writes its last lines.
  const files = new Map<string, AuditFile>()
  const strangers = createStrangerLines(clock)

  const toFile = (config: Audit): AuditFile => {
    const path = resolve(config.path)
    const known = files.get(path)
    known?.limit(config)
    const file = known ?? openFile(config, log, onLost)
    files.set(path, file)
    return file
  }
  const leave = () => {
    if (open) tellLeftOut(open, strangers.takeLeftOut(true), clock.date().toISOString())
  }
  return {
    read: createAuditReader(() => open, strangers, clock),
    note: (done) => open?.write(JSON.stringify({ time: clock.date().toISOString(), ...done })),
    use(config) {
      const next = config && toFile(config)
      if (next !== open) leave()
      open = next
    },
    async close() {
      leave()
      open = null
      await Promise.all([...files.values()].map((file) => file.close()))
    },
  }
}

function openFile(config: Audit, log: Logger, onLost: AuditOptions['onLost']): AuditFile {
  const { path } = config
  return createAuditFile({
    ...config,
    onLost(lines, error, isFirst) {
      onLost(lines)
      if (isFirst) log.error({ path, err: error }, 'the audit log cannot be written; calls are unaffected')
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
  // Many lines are of the same millisecond, and formatting a date takes nearly as long as making the line.
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
