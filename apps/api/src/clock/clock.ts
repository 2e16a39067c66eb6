/**
 * What the app knows of its clock, and when it measures it: after the start, in the background, and on demand. Never
 * while a race runs; a race that is started during a calibration waits for it a moment, then cuts it short.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Calibration, ClockReport, LaneState } from '@drag-race/contracts'
import { roundMs, toLaneErrors, toSpread } from '@drag-race/contracts'
import { ApiFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import type { Catalog } from '../models/index.ts'
import type { LaneThread } from '../races/lane-thread.ts'
import { calibrate } from './calibrate.ts'
import { keep, readNewest } from './calibration-store.ts'
import { readLedger } from './read-ledger.ts'

export interface Clock {
  /** The newest one; null before the first. */
  readonly calibration: Calibration | null
  readonly isCalibrating: boolean
  /**
   * Reads the kept calibration. With `isMeasured`, also measures anew in the background, as soon as gateway and
   * simulator answer.
   */
  begin(options: { isMeasured: boolean }): Promise<void>
  /** On demand. A call during a calibration gets the result of that one. Rejects with an ApiFault. */
  calibrate(): Promise<Calibration>
  /** Before a green light: resolves when no calibration runs. */
  makeWay(): Promise<void>
  /** What a sentinel lane saw; null when its ledger cannot be had. */
  readSentinel(lane: LaneState, greenLightNs: bigint): Promise<ClockReport['sentinel']>
  close(): Promise<void>
}

export interface ClockParts {
  context: AppContext
  simulatorUrl: string
  catalog: Catalog
  laneThread: LaneThread
  isRacing(): boolean
}

export interface ClockLimits {
  /** How long a race waits for a calibration. */
  waitMsMax: number
  calibrateMsMax: number
}

/** A whole calibration takes about three seconds. */
export const clockLimits: ClockLimits = { waitMsMax: 3_500, calibrateMsMax: 15_000 }

/** Waits before the attempts after the start, until gateway and simulator answer or it is clear that they will not. */
const attemptsAfterMs = [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
const retryMs = 1_000
/** A wider margin is measured again. An idle machine of two cores has under 2 ms. */
const wideMs = 5
const againAfterMs = 60_000
const againMax = 10
/** How long the end of a race waits for the sentinel's ledger. */
const sentinelMsMax = 500

export function createClock(
  parts: ClockParts,
  { waitMsMax, calibrateMsMax }: ClockLimits = clockLimits,
): Clock {
  const { simulatorUrl } = parts
  const { db, log } = parts.context
  const closing = new AbortController()
  let calibration: Calibration | null = null
  let current: { result: Promise<Calibration>; cutShort: AbortController } | null = null

  function start(): Promise<Calibration> {
    if (current) return current.result
    if (parts.isRacing()) return Promise.reject(racesRun)
    const cutShort = new AbortController()
    const signal = AbortSignal.any([cutShort.signal, closing.signal, AbortSignal.timeout(calibrateMsMax)])
    const result = measure(signal).finally(() => {
      current = null
    })
    current = { result, cutShort }
    return result
  }

  async function measure(signal: AbortSignal): Promise<Calibration> {
    const measured = await calibrate({ ...parts, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
      throw (signal.reason as Error).name === 'TimeoutError' ? tooSlow(calibrateMsMax) : cutShortFault
    })
    if (!measured) throw noSimulator(simulatorUrl)
    calibration = measured
    await keep(db, measured).catch((error) => log.error({ error }, 'the calibration could not be written'))
    return measured
  }

  async function measureSoon() {
    let why = ''
    for (let failed = 0; failed < attemptsAfterMs.length; ) {
      await sleep(attemptsAfterMs[failed], undefined, { signal: closing.signal })
      try {
        await start()
        return await measureBetter()
      } catch (error) {
        // A race in the way is no failed attempt: between races it is tried again until it succeeds.
        if (error === cutShortFault || error === racesRun) {
          await sleep(retryMs, undefined, { signal: closing.signal })
        } else {
          failed++
          why = (error as Error).message
        }
        log.info({ error }, 'the clock could not be calibrated yet')
      }
    }
    const margins = calibration ? 'from the calibration before' : "the reading thread's lateness alone"
    log.warn(`The clock could not be calibrated. ${why} Until it has been, margins are ${margins}.`)
  }

  /** A wide margin comes from a bad moment of the machine. It is measured again, so that later races do without it. */
  async function measureBetter() {
    for (let again = 0; again < againMax && (calibration?.marginMs ?? 0) > wideMs; again++) {
      await sleep(againAfterMs, undefined, { signal: closing.signal })
      await start().catch((error) => log.info({ error }, 'the clock could not be calibrated again'))
    }
  }

  return {
    get calibration() {
      return calibration
    },
    get isCalibrating() {
      return current !== null
    },
    async begin({ isMeasured }) {
      calibration ??= await readNewest(db)
      // It rejects when the app closes, and then nobody needs it.
      if (isMeasured) measureSoon().catch(() => {})
    },
    calibrate: start,
    async makeWay() {
      if (!current) return
      const { result, cutShort } = current
      const timer = setTimeout(() => cutShort.abort(), waitMsMax)
      await result.catch(() => {})
      clearTimeout(timer)
    },
    async readSentinel(lane, greenLightNs) {
      const { outcome } = lane
      const id = outcome?.event.completionId
      const ledger = id ? await readLedger(simulatorUrl, id, AbortSignal.timeout(sentinelMsMax)) : null
      const errors = ledger && toLaneErrors(lane, greenLightNs, ledger)
      if (!errors) return null
      const { ttftMs, tokensMs } = errors
      const { p99 } = toSpread(tokensMs)
      return {
        ttftErrorMs: ttftMs === null ? null : roundMs(ttftMs),
        tokenErrorP99Ms: p99 === null ? null : roundMs(p99),
        tokens: tokensMs.length,
      }
    },
    async close() {
      closing.abort()
      await current?.result.catch(() => {})
    },
  }
}

const racesRun = new ApiFault(
  409,
  'races_running',
  'The clock is not calibrated while a race runs, because that would disturb the race. Wait for its end, or stop it.',
)

const cutShortFault = new ApiFault(
  409,
  'cut_short',
  'The calibration was cut short by a race. Calibrate again when it has ended.',
)

function tooSlow(calibrateMsMax: number): ApiFault {
  return new ApiFault(
    504,
    'calibration_too_slow',
    `The simulated model did not end its answers within ${calibrateMsMax / 1000} s. Add sim-sentinel to gateway.yaml, then calibrate again.`,
  )
}

function noSimulator(simulatorUrl: string): ApiFault {
  return new ApiFault(
    503,
    'no_simulator',
    `The clock is measured against the simulator, and none could be raced at ${simulatorUrl}. Start it, or set SIMULATOR_URL.`,
  )
}
