import { expect, test } from 'vitest'
import { readBatchSettings } from './batch.ts'

test('the defaults are those of the specification, and empty is unset', () => {
  const byDefault = { delayMs: 5_000, exportMsMax: 30_000, waitingMax: 2_048, batchMax: 512 }
  expect(readBatchSettings({})).toEqual(byDefault)
  expect(readBatchSettings({ OTEL_BSP_SCHEDULE_DELAY: ' ', OTEL_BSP_MAX_QUEUE_SIZE: '' })).toEqual(byDefault)
})

test('each is read by its name', () => {
  const environment = {
    OTEL_BSP_SCHEDULE_DELAY: '0',
    OTEL_BSP_EXPORT_TIMEOUT: '1500',
    OTEL_BSP_MAX_QUEUE_SIZE: ' 4096 ',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4096',
  }
  expect(readBatchSettings(environment)).toEqual({
    delayMs: 0,
    exportMsMax: 1_500,
    waitingMax: 4_096,
    batchMax: 4_096,
  })
})

test('a short queue makes short batches', () => {
  expect(readBatchSettings({ OTEL_BSP_MAX_QUEUE_SIZE: '100' })).toMatchObject({
    waitingMax: 100,
    batchMax: 100,
  })
})

test.each([
  [
    { OTEL_BSP_SCHEDULE_DELAY: '5s' },
    'OTEL_BSP_SCHEDULE_DELAY is "5s": set it to a number of milliseconds, from 0 to 3600000.',
  ],
  [
    { OTEL_BSP_EXPORT_TIMEOUT: '0' },
    'OTEL_BSP_EXPORT_TIMEOUT is "0": set it to a number of milliseconds, from 1 to 3600000.',
  ],
  [
    { OTEL_BSP_MAX_QUEUE_SIZE: '-1' },
    'OTEL_BSP_MAX_QUEUE_SIZE is "-1": set it to a number of spans, from 1 to 100000.',
  ],
  [
    { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1e3' },
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is "1e3": set it to a number of spans, from 1 to 100000.',
  ],
  [
    { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '600', OTEL_BSP_MAX_QUEUE_SIZE: '599' },
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is 600, more spans than the queue holds: set it to 599 at most, or raise OTEL_BSP_MAX_QUEUE_SIZE.',
  ],
])('%j is refused with what to do', (environment, message) => {
  expect(() => readBatchSettings(environment)).toThrow(message)
})
