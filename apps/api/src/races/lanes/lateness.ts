/**
 * How late this thread comes to its sockets: the measured part of the clock's error that is our own.
 *
 * Node's delay monitor sets a native timer of `resolutionMs` again and again and records the time from one firing to the
 * next: the resolution itself plus how late the loop came. So
 *
 *   margin = p99(recorded) − resolution
 *
 * Bytes that arrive while the loop is busy wait just as that timer does. libuv's timers count whole milliseconds, so up to
 * one of them is the timer's and not the loop's: the margin errs to the wide side. What lies outside this thread (kernel,
 * gateway, network) is not in it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** 500 samples a second cost the loop under 0.1 % of its time. */
const resolutionMs = 2

export interface LatenessMeter {
  /** Ends the measurement: p99 of the lateness in milliseconds, two decimals; null without a sample. */
  stop(): number | null
}

export function startLatenessMeter(): LatenessMeter {
  const recorded = monitorEventLoopDelay({ resolution: resolutionMs })
  recorded.enable()
  return {
    stop() {
      recorded.disable()
      if (recorded.count === 0) return null
      const lateMs = recorded.percentile(99) / 1e6 - resolutionMs
      // Stamps on the tape have two decimals: no margin is below their grain.
      return Math.max(0.01, Math.round(lateMs * 100) / 100)
    },
  }
}
