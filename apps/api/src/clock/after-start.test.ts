/** What the clock does after the start: when it measures again, and what the log says when it cannot. */
import pino from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { AppContext } from '../app-context.ts'
import { openDatabase } from '../history/index.ts'
import type { CatalogReading } from '../models/catalog.ts'
import { eventually } from '../testing/eventually.ts'
import { type MeasuredLanesOptions, startMeasuredLanes } from '../testing/measured-lanes.ts'
import { createClock } from './clock.ts'

// The waits between the attempts add up to minutes.
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<object>()),
  setTimeout: async () => {},
}))

const problem = 'Cannot reach the gateway at http://gate.example.'
const away: CatalogReading = { models: [], problem, isReachable: false }
/** The simulator is then asked itself. */
const foreign: CatalogReading = { models: [], problem: null, isReachable: true }

interface Start extends Partial<MeasuredLanesOptions> {
  /** Of each attempt. */
  reading?: (attempt: number) => CatalogReading
  isRacing?: (attempt: number) => boolean
}

async function start({ reading = () => foreign, isRacing = () => false, ...lanes }: Start) {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const { laneThread, simulatorUrl, models, close } = await startMeasuredLanes({ errorMs: () => 2, ...lanes })
  onTestFinished(close)
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) })
  const gateway = { url: 'http://gate.example', metricsUrl: '', isDefaultAddress: true, apiKey: null }
  const context: AppContext = { db, log, gateway, now: () => new Date(), nowMs: () => 0 }
  let reads = 0
  let asks = 0
  const clock = createClock({
    context,
    simulatorUrl,
    catalog: { read: async () => reading(reads++) },
    laneThread,
    isRacing: () => isRacing(asks++),
  })
  await clock.begin({ isMeasured: true })
  return { clock, lines, models, reads: () => reads, asks: () => asks }
}

const heats = 9

test('when the gateway does not answer, the warning blames the gateway, not the simulator', async () => {
  const { lines, reads } = await start({ reading: () => away })
  await eventually(async () => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain(problem)
  expect(lines[0]).toContain("margins are the reading thread's lateness alone")
  expect(lines[0]).not.toContain('simulator')
  expect(reads()).toBe(8)
})

test('a gateway that comes later is measured then', async () => {
  const { clock, lines } = await start({ reading: (attempt) => (attempt < 7 ? away : foreign) })
  await eventually(async () => expect(clock.calibration).toMatchObject({ marginMs: 2 }))
  expect(lines).toEqual([])
})

test('races in the way are no failed attempts', async () => {
  const { clock, lines, asks } = await start({ isRacing: (attempt) => attempt < 20 })
  await eventually(async () => expect(clock.calibration).toMatchObject({ marginMs: 2 }))
  expect(asks()).toBe(21)
  expect(lines).toEqual([])
})

test('a wide margin is measured again, until one is narrow', async () => {
  const { clock, models } = await start({ errorMs: ({ number }) => (number < 2 * heats ? 5.01 : 5) })
  await eventually(async () => expect(clock.calibration).toMatchObject({ marginMs: 5 }))
  await eventually(async () => expect(clock.isCalibrating).toBe(false))
  expect(models).toHaveLength(3 * heats)
})
