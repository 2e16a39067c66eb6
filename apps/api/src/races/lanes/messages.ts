/**
 * The messages between the main thread, where the tape is, and the lane thread, where the sockets are read. They are
 * plain data, because they are copied from one thread to the other.
 */
import type { LaneEntry, RaceEvent, RaceRequest, Unnumbered } from '@drag-race/contracts'
import type { LaneGateway } from '../../own-gateway.ts'
import type { Lateness } from './lateness.ts'

/** A race as the lane thread runs it: all its lanes, from one green light. */
export interface LanesOrder {
  raceId: string
  /** Its lanes are those of `lanes`, a sentinel's included. */
  request: RaceRequest
  lanes: LaneEntry[]
  gateway: LaneGateway
  limits: LaneLimits
}

export interface LaneLimits {
  /** From a streaming lane's request to its first token. */
  firstTokenMsMax: number
  /** Between two network reads of a streaming lane, those of comments included. */
  idleMsMax: number
  /** Bytes of one response. */
  responseBytesMax: number
}

export const laneLimits: LaneLimits = {
  // Models that reason in silence take minutes.
  firstTokenMsMax: 300_000,
  idleMsMax: 120_000,
  // 20,000 tokens are about 5 MB of events.
  responseBytesMax: 64 * 1024 * 1024,
}

/** Why a lane ends before its answer does: the code and message of its `error` event. */
export interface LaneStop {
  code: 'stopped' | 'race_deadline'
  message: string
}

export type ToLaneThread =
  | { kind: 'run'; order: LanesOrder }
  /** `lane` null stops all lanes. */
  | { kind: 'stop'; raceId: string; lane: number | null; stop: LaneStop }

export type FromLaneThread =
  /** Zero of the race's clock, in nanoseconds of `process.hrtime`: one clock for all threads. */
  | { kind: 'green-light'; raceId: string; atNs: bigint }
  | { kind: 'events'; raceId: string; events: LaneEvent[] }
  /** Every lane has ended. */
  | { kind: 'over'; raceId: string; lateness: Lateness | null }

export type LaneEvent = Unnumbered<Extract<RaceEvent, { lane: number }>>
