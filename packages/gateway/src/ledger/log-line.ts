/** One log line for each call, without prompt, answer, key, or words of the provider, who might quote them. */
import type { Logger } from 'pino'
import type { RecordReader } from './ledger.ts'
import { toTried } from './tried.ts'

export function createLogLine(log: Logger): RecordReader {
  return (record) => {
    const isBad = record.outcome.kind === 'failed' && record.outcome.status >= 500
    // By default the level is off, and a line takes time to put together.
    if (!log.isLevelEnabled(isBad ? 'warn' : 'info')) return
    const { requestId, requestModel, target, provider, responseModel, isStream, status, outcome, attempts } =
      record
    const line = {
      requestId,
      model: requestModel,
      target,
      provider,
      servedModel: responseModel,
      stream: isStream,
      status,
      outcome: outcome.kind === 'failed' ? outcome.code : outcome.kind,
      attempts: attempts.length,
      ...toTried(record),
      ttftMs: record.ttftMs,
      durationMs: record.durationMs,
      inputTokens: record.usage?.inputTokens ?? null,
      outputTokens: record.usage?.outputTokens ?? null,
      costUsd: record.costUsd,
      ...(record.usage?.source === 'tokenizer' && { isUsageEstimated: true }),
      ...(record.cache && { cache: record.cache }),
      ...(record.guardrails.length > 0 && { guardrails: record.guardrails }),
    }
    if (isBad) log.warn(line, 'call failed')
    else log.info(line, 'call')
  }
}
