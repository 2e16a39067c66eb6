/** A finished race compared with the simulator's ledger. */
import type { Spread } from './spread.ts'

/** Why a lane has no errors, or none of its tokens. */
export type GroundTruthGap =
  | 'no_id'
  | 'other_id'
  | 'not_kept'
  | 'unreachable'
  | 'imported'
  | 'no_green_light'
  | 'other_clock'
  | 'regrouped'
  | 'cut'

export interface LaneGroundTruth {
  lane: number
  /** Milliseconds: the measured time minus the simulator's. When null, `missing` says why. */
  errors: {
    /** null without streaming or a token. */
    ttftMs: number | null
    /** Each token's stamp minus the moment at which it was written; null without streaming, or `missing` says why. */
    tokens: Spread | null
    /** null unless the lane was done. */
    totalMs: number | null
  } | null
  missing: { code: GroundTruthGap; message: string } | null
}

/** `GET /api/races/:id/ground-truth`, as long as the simulator keeps the ledger. */
export interface GroundTruth {
  lanes: LaneGroundTruth[]
}
