import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bucket, createBucket, holds, refill, refund, take, waitMs } from './token-bucket.ts'

const size = { perMinute: 60, burst: 10 }
/** Small enough that the steps below often find the bucket empty. */
const sizes = fc.record({
  perMinute: fc.integer({ min: 1, max: 600 }),
  burst: fc.integer({ min: 1, max: 500 }),
})
const steps = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), amount: fc.integer({ min: 1, max: 400 }) }),
  { maxLength: 200 },
)

test('starts full, gives its burst at once and then one a second', () => {
  let bucket = take(createBucket(size, 0), 10)
  expect(holds(bucket, 1)).toBe(false)
  expect(waitMs(bucket, 1)).toBe(1_000)
  bucket = refill(bucket, 1_000)
  expect(holds(bucket, 1)).toBe(true)
  expect(holds(bucket, 2)).toBe(false)
})

test('what flows in is counted from the last refill, whatever the clock shows', () => {
  let bucket = take(createBucket(size, 1e9), 10)
  bucket = refill(bucket, 1e9 + 1_000)
  bucket = refill(bucket, 1e9 + 3_000)
  expect(bucket).toEqual({ size, level: 3, atMs: 1e9 + 3_000 })
})

test('an amount that it holds now needs no wait', () => {
  expect(waitMs(createBucket(size, 0), 4)).toBe(0)
  expect(holds(createBucket(size, 0), 10)).toBe(true)
})

test('a debt must flow in before anything is taken again', () => {
  const bucket = take(createBucket(size, 0), 15)
  expect(waitMs(bucket, 1)).toBe(6_000)
  expect(holds(refill(bucket, 5_999), 1)).toBe(false)
  expect(holds(refill(bucket, 6_000), 1)).toBe(true)
})

test('says that no wait helps when more is asked for than it can ever hold', () => {
  expect(waitMs(createBucket(size, 0), 11)).toBe(Number.POSITIVE_INFINITY)
})

test('a clock that goes back adds nothing and takes nothing', () => {
  const bucket = take(createBucket(size, 5_000), 4)
  expect(refill(bucket, 1_000)).toEqual(bucket)
})

test('never goes over its burst, whatever is taken and given back', () => {
  fc.assert(
    fc.property(sizes, steps, (each, walk) => {
      let bucket = createBucket(each, 0)
      let nowMs = 0
      for (const [index, { afterMs, amount }] of walk.entries()) {
        nowMs += afterMs
        bucket = refill(bucket, nowMs)
        bucket = index % 3 === 0 ? refund(bucket, amount) : take(bucket, amount)
        expect(bucket.level).toBeLessThanOrEqual(each.burst)
      }
    }),
  )
})

test('never lets more than its limit and its burst through in any minute', () => {
  fc.assert(
    fc.property(sizes, steps, (each, walk) => {
      const taken: { atMs: number; amount: number }[] = []
      let bucket: Bucket = createBucket(each, 0)
      let nowMs = 0
      for (const { afterMs, amount } of walk) {
        nowMs += afterMs
        bucket = refill(bucket, nowMs)
        if (!holds(bucket, amount)) continue
        bucket = take(bucket, amount)
        taken.push({ atMs: nowMs, amount })
      }
      for (const { atMs } of taken) {
        const inMinute = taken.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000)
        const sum = inMinute.reduce((total, { amount }) => total + amount, 0)
        expect(sum).toBeLessThanOrEqual(each.perMinute + each.burst + 0.001)
      }
    }),
  )
})

test('after the time that waitMs gives the amount is there, and not before', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 500 }),
      (each, gone, amount) => {
        fc.pre(amount <= each.burst)
        const bucket = take(createBucket(each, 0), gone)
        const untilMs = waitMs(bucket, amount)
        expect(holds(refill(bucket, untilMs), amount)).toBe(true)
        if (untilMs > 1) expect(holds(refill(bucket, untilMs - 1.01), amount)).toBe(false)
      },
    ),
  )
})
