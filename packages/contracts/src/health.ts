/** How the app is, and how good its clock. */
import type { Spread } from './spread.ts'

/** `GET /api/health`. */
export interface Health {
  status: 'ok' | 'degraded'
  version: string
  /** `isBuiltIn`: our own, wherever it runs; by what it says of itself. */
  gateway: { url: string; isBuiltIn: boolean; isReachable: boolean }
  /**
   * `unwritten`: ended, and waiting for a database that refuses. `unwrittenReason`: why, and what to do; null when none
   * waits.
   */
  races: { running: number; unwritten: number; unwrittenReason: string | null }
  /** The clock's error as last measured; null before the first measurement. */
  marginMs: number | null
  /** Where `marginMs` comes from; null: from the lateness of the last race's thread alone, or from nothing yet. */
  calibration: Calibration | null
  isCalibrating: boolean
}

/** `POST /api/calibrate`: the clock's error against the simulator's ledger. Milliseconds. */
export interface Calibration {
  /**
   * What two lanes must differ by to be told apart: of each heat the largest p99 of the four below, of the heats the
   * median.
   */
  marginMs: number
  /** ISO 8601. */
  measuredAt: string
  /**
   * `gateway`: on the road of every lane. `simulator`: straight, because no simulated model is known behind the
   * gateway.
   */
  through: 'gateway' | 'simulator'
  model: string
  /** Lanes that were measured, over all heats. */
  lanes: number
  /** From a lane's request to a token's arrival, minus the simulator's own time for it. */
  ttft: Spread
  token: Spread
  /** The same to the end of the answer. */
  total: Spread
  /** How far two lanes of one heat were apart in their errors. */
  difference: Spread
  /** The longest that the reading thread came late. */
  lagMs: number | null
}
