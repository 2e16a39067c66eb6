/**
 * `OTEL_BSP_…`: how spans are gathered and sent, by the names and defaults of OpenTelemetry's specification ("SDK
 * environment variables", batch span processor). A value that makes no sense stops the start with a message that names
 * the variable: traces that are lost silently would be missed only when they are needed.
 */
export interface BatchSettings {
  /** How long a span waits for others. */
  delayMs: number
  /** How long the collector can take for one batch. */
  exportMsMax: number
  /** How many spans can wait for the collector, a kilobyte or two each; further ones are dropped. */
  waitingMax: number
  /** How many spans one request to the collector holds at most. */
  batchMax: number
}

/** Throws an error that says which variable is wrong and what to set. Empty is unset. */
export function readBatchSettings(environment: Readonly<Record<string, string | undefined>>): BatchSettings {
  const read = (name: keyof typeof ranges, byDefault: number): number => {
    const text = environment[name]?.trim() || String(byDefault)
    const { min, max, unit } = ranges[name]
    if (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text)
    throw new Error(`${name} is "${text}": set it to ${unit}, from ${min} to ${max}.`)
  }
  const waitingMax = read('OTEL_BSP_MAX_QUEUE_SIZE', 2_048)
  const batchMax = read('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', Math.min(512, waitingMax))
  if (batchMax > waitingMax) {
    throw new Error(
      `OTEL_BSP_MAX_EXPORT_BATCH_SIZE is ${batchMax}, more spans than the queue holds: set it to ${waitingMax} at most, or raise OTEL_BSP_MAX_QUEUE_SIZE.`,
    )
  }
  return {
    delayMs: read('OTEL_BSP_SCHEDULE_DELAY', 5_000),
    exportMsMax: read('OTEL_BSP_EXPORT_TIMEOUT', 30_000),
    waitingMax,
    batchMax,
  }
}

const hourMs = 3_600_000
/** That many take about 200 MB. */
const spansMax = 100_000

const milliseconds = 'a number of milliseconds'
const spans = 'a number of spans'
const ranges = {
  OTEL_BSP_SCHEDULE_DELAY: { min: 0, max: hourMs, unit: milliseconds },
  OTEL_BSP_EXPORT_TIMEOUT: { min: 1, max: hourMs, unit: milliseconds },
  OTEL_BSP_MAX_QUEUE_SIZE: { min: 1, max: spansMax, unit: spans },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: { min: 1, max: spansMax, unit: spans },
}
