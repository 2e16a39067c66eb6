import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPacer, type PacerHost } from './pacer.ts'

const turnNs = 5_000n

/**
 * A machine whose time passes only when told to. Timers come late by up to `lateNs`, a turn of the event loop takes
 * `turnNs`, a nap ends 60 µs late.
 */
function fakeMachine(lateNs: bigint) {
  let nowNs = 1_000_000n
  const pending = new Set<{ atNs: bigint; wake: () => void }>()
  const counts = { turns: 0, timers: 0, naps: 0 }
  const host: PacerHost = {
    nowNs: () => nowNs,
    later(ms, wake) {
      counts.timers++
      const timer = { atNs: nowNs + BigInt(Math.round(ms * 1e6)) + lateNs, wake }
      pending.add(timer)
      return () => pending.delete(timer)
    },
    soon(wake) {
      counts.turns++
      pending.add({ atNs: nowNs + turnNs, wake })
    },
    nap(ms) {
      counts.naps++
      nowNs += BigInt(Math.round(ms * 1e6)) + 60_000n
    },
  }
  return {
    host,
    counts,
    pending,
    nowNs: () => nowNs,
    /** Runs all that is pending, until nothing is; streams that wake get their turn in between. */
    async run() {
      while (pending.size > 0) {
        const next = [...pending].reduce((one, other) => (other.atNs < one.atNs ? other : one))
        pending.delete(next)
        if (next.atNs > nowNs) nowNs = next.atNs
        next.wake()
        await new Promise(setImmediate)
      }
    },
  }
}

const never = new AbortController().signal

test('wakes every stream in order, never early, and within a turn where a nap ends in time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: 0n, max: 50_000_000n }), { minLength: 1, maxLength: 40 }),
      fc.bigInt({ min: 0n, max: 1_200_000n }),
      async (delaysNs, lateNs) => {
        const machine = fakeMachine(lateNs)
        const pacer = createPacer(machine.host)
        const dueNs = delaysNs.map((delayNs) => machine.nowNs() + delayNs)
        const woken: { stream: number; lateNs: bigint }[] = []
        for (const [stream, atNs] of dueNs.entries()) {
          pacer.until(atNs, never).then(() => woken.push({ stream, lateNs: machine.nowNs() - atNs }))
        }
        await machine.run()
        const inOrder = dueNs.map((_, stream) => stream).sort((a, b) => Number(dueNs[a]! - dueNs[b]!))
        expect(woken.map(({ stream }) => stream)).toEqual(inOrder)
        expect(woken.filter(({ lateNs }) => lateNs < 0n || lateNs > turnNs)).toEqual([])
      },
    ),
  )
})

test('a long wait is slept through, not spun through', async () => {
  const machine = fakeMachine(1_000_000n)
  const waiting = createPacer(machine.host).until(machine.nowNs() + 600_000_000n, never)
  await machine.run()
  expect(await waiting).toBe('due')
  expect(machine.counts.timers).toBe(1)
  expect(machine.counts.naps).toBeGreaterThan(0)
  expect(machine.counts.turns).toBeLessThan(50)
})

test('an earlier deadline that is added later is kept', async () => {
  const machine = fakeMachine(0n)
  const pacer = createPacer(machine.host)
  const startNs = machine.nowNs()
  const wokenAtMs: number[] = []
  const wokenAt = () => wokenAtMs.push(Math.floor(Number(machine.nowNs() - startNs) / 1e6))
  pacer.until(startNs + 500_000_000n, never).then(wokenAt)
  pacer.until(startNs + 20_000_000n, never).then(wokenAt)
  await machine.run()
  expect(wokenAtMs).toEqual([20, 500])
})

test('one alarm is set at a time, for the earliest', () => {
  const machine = fakeMachine(0n)
  const pacer = createPacer(machine.host)
  const set = [500n, 20n, 30n, 2n, 1n].map((ms) => {
    pacer.until(machine.nowNs() + ms * 1_000_000n, never)
    return [machine.pending.size, machine.counts.timers, machine.counts.turns]
  })
  expect(set).toEqual([
    [1, 1, 0],
    [1, 2, 0],
    [1, 2, 0],
    [1, 2, 1],
    [1, 2, 1],
  ])
})

test('a stream that leaves after its deadline does not remove another one', async () => {
  const machine = fakeMachine(0n)
  const pacer = createPacer(machine.host)
  const leaving = new AbortController()
  const first = pacer.until(machine.nowNs() + 20_000_000n, leaving.signal)
  const second = pacer.until(machine.nowNs() + 30_000_000n, never)
  void first.then(() => leaving.abort())
  await machine.run()
  expect(await Promise.race([second, 'lost'])).toBe('due')
})

test('a stream that leaves resolves at once, and the others still wake', async () => {
  const machine = fakeMachine(0n)
  const pacer = createPacer(machine.host)
  const leaving = new AbortController()
  const left = pacer.until(machine.nowNs() + 20_000_000n, leaving.signal)
  const stays = pacer.until(machine.nowNs() + 30_000_000n, never)
  leaving.abort()
  expect(await left).toBe('aborted')
  expect(await pacer.until(0n, leaving.signal)).toBe('aborted')
  await machine.run()
  expect(await stays).toBe('due')
})

test('when all streams have left, no timer is left', async () => {
  const machine = fakeMachine(0n)
  const leaving = new AbortController()
  const left = createPacer(machine.host).until(machine.nowNs() + 2_000_000n, leaving.signal)
  leaving.abort()
  await machine.run()
  expect(await left).toBe('aborted')
  expect(machine.counts).toEqual({ timers: 0, naps: 0, turns: 1 })
})

test('on the real machine no stream is woken early', async () => {
  const pacer = createPacer()
  const startNs = process.hrtime.bigint()
  const dueNs = Array.from({ length: 60 }, (_, index) => startNs + BigInt(index * 700_001))
  await Promise.all(
    dueNs.map(async (atNs) => {
      await pacer.until(atNs, never)
      expect(process.hrtime.bigint()).toBeGreaterThanOrEqual(atNs)
    }),
  )
})
