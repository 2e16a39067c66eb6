import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLatenessMeter } from './lateness.ts'

test('a race that ends in the turn of the event loop in which it started leaves no timer behind', async () => {
  const meter = createLatenessMeter()
  meter.start()
  expect(meter.stop()).toBeNull()
  await nextTurn()
  const witness = monitorEventLoopDelay({ resolution: 2 })
  witness.enable()
  while (witness.count < 2) await nextTurn()
  witness.disable()
  expect(meter.stop()).toBeNull()
})
