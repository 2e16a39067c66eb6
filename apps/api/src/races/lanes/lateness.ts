/**
 * How late this thread comes to its sockets while a race runs: the part of the clock's error that is our own and can be
 * watched in every race.
 *
 * Node's delay monitor sets a native timer of `resolutionMs` again and again and records the time from one firing to
 * the next: the resolution itself plus how late the loop came. Bytes that arrive while the loop is busy wait just as
 * that timer does.
 *
 *   p99 = p99(recorded) − resolution            the margin of an app that could not be calibrated
 *   max = max(recorded) − resolution − grain    the lag that marks a race as disturbed
 *
 * libuv's timers count whole milliseconds, so up to one of them is the timer's and not the loop's. A margin errs to the
 * wide side and keeps it; a lag that is held against a race is without it. What lies outside this thread (kernel,
 * gateway, network) is in neither.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { roundMs } from '@drag-race/contracts'

/** 500 samples a second cost the loop under 0.1 % of its time. */
const resolutionMs = 2
const grainMs = 1

/** Milliseconds, two decimals. */
export interface Lateness {
  p99Ms: number
  maxMs: number
}

export interface LatenessMeter {
  /** From the next turn of the loop on: what this one does, the lanes' leaving, is no lateness. */
  start(): void
  /** Ends the measurement; null without a sample. */
  stop(): Lateness | null
}

export function createLatenessMeter(): LatenessMeter {
  const recorded = monitorEventLoopDelay({ resolution: resolutionMs })
  let starting: NodeJS.Immediate | undefined
  return {
    start() {
      starting = setImmediate(() => recorded.enable())
    },
    stop() {
      // A race that was stopped before its light ends in the turn in which it starts: its timer would go on for ever.
      clearImmediate(starting)
      recorded.disable()
      if (recorded.count === 0) return null
      const lateMs = (ns: number) => ns / 1e6 - resolutionMs
      return {
        // Stamps on the tape have two decimals: no margin is below their grain.
        p99Ms: Math.max(0.01, roundMs(lateMs(recorded.percentile(99)))),
        maxMs: Math.max(0, roundMs(lateMs(recorded.max) - grainMs)),
      }
    },
  }
}
