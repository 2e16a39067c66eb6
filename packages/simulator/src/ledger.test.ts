import { SimulatorLedger } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { createLedger, type Ledger } from './ledger.ts'

const open = (ledger: Ledger, completionId: string) =>
  ledger.open({ completionId, model: 'steady', seed: 1, stream: true, acceptedAtNs: 5_000_000_000_000n })

test('keeps when each chunk was due and written, in the form of the contract', () => {
  const ledger = createLedger()
  const entry = open(ledger, 'a')
  entry.record(2, 5_000_000_200_000n, 5_000_000_203_456n)
  expect(ledger.read('a')?.endedAtNs).toBeNull()
  entry.end(5_000_000_300_000n)
  entry.end(9_000_000_000_000n)
  expect(SimulatorLedger.parse(ledger.read('a'))).toEqual({
    completionId: 'a',
    model: 'steady',
    seed: 1,
    stream: true,
    acceptedAtNs: '5000000000000',
    chunks: [{ tokens: 2, dueAtNs: '5000000200000', writtenAtNs: '5000000203456' }],
    endedAtNs: '5000000300000',
  })
})

test('keeps the newest thousand calls', () => {
  const ledger = createLedger()
  for (let call = 0; call < 1001; call++) open(ledger, `call ${call}`)
  expect(ledger.read('call 0')).toBeNull()
  expect(ledger.read('call 1')).not.toBeNull()
  expect(ledger.read('call 1000')).not.toBeNull()
})

test('drops the oldest call when all chunks together are too many, and records no more of it', () => {
  const ledger = createLedger()
  const old = open(ledger, 'old')
  old.record(1, 5_000_000_000_000n, 5_000_000_000_000n)
  const long = open(ledger, 'long')
  for (let chunk = 0; chunk < 500_000; chunk++) long.record(1, 5_000_000_000_000n, 5_000_000_000_000n)
  expect(ledger.read('old')).toBeNull()
  old.record(1, 5_000_000_000_000n, 5_000_000_000_000n)
  expect(ledger.read('long')?.chunks).toHaveLength(500_000)
})

test('a call that was dropped costs the others nothing, however much more is written of it', () => {
  const ledger = createLedger()
  const [dropped, kept, newest] = ['dropped', 'kept', 'newest'].map((id) => open(ledger, id))
  const write = (entry: typeof dropped, chunks: number) => {
    for (let chunk = 0; chunk < chunks; chunk++) entry!.record(1, 5_000_000_000_000n, 5_000_000_000_000n)
  }
  write(dropped, 300_000)
  write(kept, 300_000)
  expect(ledger.read('dropped')).toBeNull()
  write(dropped, 300_000)
  write(newest, 200_000)
  expect(['kept', 'newest'].map((id) => ledger.read(id)?.chunks.length)).toEqual([300_000, 200_000])
})
