/** A clock that cannot be calibrated after the start says why in the log. */
import pino from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { AppContext } from '../app-context.ts'
import { openDatabase } from '../history/index.ts'
import { heldLanes } from '../testing/held-lanes.ts'
import { createClock } from './clock.ts'

// The waits between the attempts add up to a minute.
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<object>()),
  setTimeout: async () => {},
}))

test('when the gateway does not answer, the warning blames the gateway, not the simulator', async () => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) })
  const gateway = { url: 'http://gate.example', metricsUrl: '', isDefaultAddress: true, apiKey: null }
  const context: AppContext = { db, log, gateway, now: () => new Date(), nowMs: () => 0 }
  const problem = 'Cannot reach the gateway at http://gate.example.'
  const clock = createClock({
    context,
    simulatorUrl: 'http://127.0.0.1:1',
    catalog: { read: async () => ({ models: [], problem, isReachable: false }) },
    laneThread: heldLanes().laneThread,
    isRacing: () => false,
  })
  await clock.begin({ isMeasured: true })
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain(problem)
  expect(lines[0]).not.toContain('simulator')
})
