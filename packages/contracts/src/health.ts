/** The state of the app, and how good its clock is. */
import type { Spread } from './spread.ts'

/** `GET /api/health`. */
export interface Health {
  status: 'ok' | 'degraded'
  version: string
  /** `isBuiltIn`: it is our own gateway, wherever it runs, by its answer to `GET /`. */
  gateway: { url: string; isBuiltIn: boolean; isReachable: boolean }
  /**
   * `unwritten`: races that have ended, and whose end the database refused. `unwrittenReason`: why, and what to do;
   * null when there is none.
   */
  races: { running: number; unwritten: number; unwrittenReason: string | null }
  /** The clock's error as last measured; null before the first measurement. */
  marginMs: number | null
  /** Where `marginMs` comes from. When null, it is from the lateness of the thread in the last race, if any. */
  calibration: Calibration | null
  isCalibrating: boolean
  /** The thread that reads the lanes' sockets has real-time priority. */
  isRealTime: boolean
}

/** `POST /api/calibrate`: the clock's error against the simulator's ledger. Milliseconds. */
export interface Calibration {
  /**
   * How much two lanes must differ to be told apart: for each heat the largest p99 of the four spreads below, and the
   * median of the heats.
   */
  marginMs: number
  /** ISO 8601. */
  measuredAt: string
  /**
   * `gateway`: by the way that every lane takes. `simulator`: straight to it, because no simulated model was found
   * behind the gateway.
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
  /** The longest that the reading thread was late. */
  lagMs: number | null
}
