/** Calls that ran when the process was killed are booked with what was reserved for them, once. */
import { expect, test } from 'vitest'
import { all, hold, nowMs, perDay, toCall, useKeepers } from '../testing/keepers.ts'
import { dayMs } from './period.ts'

const { open, closeNewest, crash, columnIn, change } = useKeepers()

test('a call that ran when the process was killed is booked with what was reserved for it, once', async () => {
  const first = open('first')
  await first.watch({ counts: [perDay], nowMs })
  await first.write({ calls: [toCall('done', 7)], holds: [hold], nowMs })
  crash('first', 'second')
  const second = open('second')
  const spent = await second.watch({ counts: [perDay], nowMs })
  expect(spent).toEqual([{ count: 'caller|day', startsAtMs: nowMs - dayMs / 2, subject: '["a"]', pico: 12n }])
  const { rows } = await second.usage({ query: { ...all, by: ['outcome', 'tag:agent'] } })
  expect(rows).toMatchObject([
    { group: { outcome: 'ok', 'tag:agent': 'x' }, costUsd: 7e-12, estimatedCalls: 0 },
    { group: { outcome: 'interrupted', 'tag:agent': 'x' }, costUsd: 5e-12, estimatedCalls: 1 },
  ])
  expect(columnIn('second', 'select operation from calls order by id')).toEqual(['chat', 'embeddings'])
  expect(columnIn('second', 'select request_id from holds')).toEqual([])
  crash('second', 'third')
  expect(await open('third').watch({ counts: [perDay], nowMs })).toEqual(spent)
})

test('books that fail to book a killed call do not open; once they can, they open with its cost', async () => {
  const first = open('first')
  await first.watch({ counts: [perDay], nowMs })
  await first.write({ calls: [], holds: [hold], nowMs })
  crash('first', 'second')
  // As on a full disk, it is not the call that is at fault.
  change(
    'second',
    'create trigger fail before insert on calls begin select abs(-9223372036854775807 - 1); end',
  )
  const second = open('second')
  await expect(second.watch({ counts: [perDay], nowMs })).rejects.toThrow('integer overflow')
  change('second', 'drop trigger fail')
  expect(await second.watch({ counts: [perDay], nowMs })).toMatchObject([{ subject: '["a"]', pico: 5n }])
})

test('a hold whose cost is too large, or whose tags are broken, does not keep the others from the books', async () => {
  const first = open('first')
  const holds = ['dear', 'broken', 'r'].map((requestId) => ({ ...hold, requestId }))
  await first.watch({ counts: [perDay], nowMs })
  await first.write({ calls: [], holds, nowMs })
  crash('first', 'second')
  change('second', "update holds set cost_pico = 1e22 where request_id = 'dear'")
  change('second', "update holds set tags = '{' where request_id = 'broken'")
  const second = open('second')
  const pico = BigInt(Number.MAX_SAFE_INTEGER) + 5n
  expect(await second.watch({ counts: [perDay], nowMs })).toMatchObject([{ pico }])
  expect((await second.usage({ query: all })).total.calls).toBe(2)
})

test('a held call that ended is booked with what it cost', async () => {
  const keeper = open('books')
  await keeper.write({ calls: [], holds: [hold], nowMs })
  await keeper.write({ calls: [toCall('r', 3, { isHeld: true })], holds: [], nowMs })
  crash('books', 'next')
  expect((await open('next').usage({ query: all })).total).toMatchObject({ calls: 1, costUsd: 3e-12 })
})

test('a held call that ended is not booked again when its own row has gone', async () => {
  const keeper = open('books', { keepDays: 1, callsMax: 1_000_000 })
  await keeper.write({ calls: [], holds: [hold], nowMs })
  await keeper.write({ calls: [toCall('r', 3, { isHeld: true })], holds: [], nowMs })
  await keeper.write({ calls: [], holds: [], nowMs: nowMs + 2 * dayMs })
  expect((await keeper.usage({ query: all })).total.calls).toBe(0)
  crash('books', 'next')
  expect((await open('next').usage({ query: all })).total.calls).toBe(0)
})

test('when the thread begins anew, calls that still run are not booked as interrupted', async () => {
  await open('books').write({ calls: [], holds: [hold], nowMs })
  await closeNewest()
  expect((await open('books').usage({ query: all })).total.calls).toBe(0)
})

test('a call that was written is not booked again as interrupted, even if its hold was left behind', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  await keeper.write({ calls: [], holds: [hold], nowMs })
  await keeper.write({ calls: [toCall('r', 3)], holds: [], nowMs })
  crash('books', 'next')
  expect(await open('next').watch({ counts: [perDay], nowMs })).toMatchObject([{ pico: 3n }])
})
