import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createLedger } from './ledger.ts'
import type { CallRecord } from './record.ts'

test('when a reader fails, the others get the record all the same, and the failure is logged', () => {
  const lines: object[] = []
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) })
  const record = { requestId: 'req_1' } as CallRecord
  const read: unknown[] = []
  const broken = () => {
    throw new Error('no more room')
  }
  let running = 0
  const inFlight = { inc: () => running++, dec: () => running-- }
  const ledger = createLedger([broken, (each) => read.push(each)], inFlight, log)
  ledger.open()
  ledger.settle(record)
  expect(read).toEqual([record])
  expect(running).toBe(0)
  expect(lines).toEqual([
    expect.objectContaining({
      requestId: 'req_1',
      err: expect.objectContaining({ message: 'no more room' }),
    }),
  ])
})
