/**
 * Gathers spans and sends them in batches, and logs when some are lost: the collector refused them, was gone, or is so
 * slow that the queue is full, which the SDK tells nobody.
 */
import { ExportResultCode } from '@opentelemetry/core'
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { BatchSettings } from './batch.ts'

export function createProcessor(exporter: SpanExporter, batch: BatchSettings, log: Logger): SpanProcessor {
  let waiting = 0
  let isLosing = false
  let hasDropped = false
  /** Of losses in a row only the first is logged: an afternoon without a collector would fill the log. */
  const lose = (reason: object, message: string) => {
    if (!isLosing) log.warn(reason, `${message}; calls are unaffected`)
    isLosing = true
  }
  const processor = new BatchSpanProcessor({
    exporter: {
      export(spans, done) {
        waiting -= spans.length
        exporter.export(spans, (result) => {
          if (result.code !== ExportResultCode.SUCCESS) lose({ err: result.error }, 'traces cannot be sent')
          else isLosing = hasDropped
          hasDropped = false
          done(result)
        })
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    },
    maxQueueSize: batch.waitingMax,
    maxExportBatchSize: batch.batchMax,
    scheduledDelayMillis: batch.delayMs,
    exportTimeoutMillis: batch.exportMsMax,
  })
  return {
    onStart: (span, parent) => processor.onStart(span, parent),
    onEnd(span) {
      if (waiting < batch.waitingMax) waiting++
      else {
        hasDropped = true
        lose({ waiting }, 'traces are dropped, because too many wait for the collector')
      }
      processor.onEnd(span)
    },
    shutdown: () => processor.shutdown(),
    forceFlush: () => processor.forceFlush(),
  }
}
