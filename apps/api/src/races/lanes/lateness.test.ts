import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLatenessMeter } from './lateness.ts'

test('a race that ends in the turn of the event loop in which it started leaves no timer behind', async () => {
  const meter = createLatenessMeter()
  meter.start()
  expect(meter.stop()).toBeNull()
  await nextTurn()
  await someSamples()
  expect(createLatenessMeter().stop()).toBeNull()
})

test('a race begins without the samples of the race before', async () => {
  const meter = createLatenessMeter()
  meter.start()
  await someSamples()
  expect(meter.stop()).toMatchObject({ p99Ms: expect.any(Number), maxMs: expect.any(Number) })
  expect(createLatenessMeter().stop()).toBeNull()
})

async function someSamples() {
  const witness = monitorEventLoopDelay({ resolution: 2 })
  witness.enable()
  while (witness.count < 5) await nextTurn()
  witness.disable()
}
