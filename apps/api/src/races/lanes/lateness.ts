/**
 * How late this thread reads its sockets while a race runs: the part of the clock's error that is our own and can be
 * measured in every race.
 *
 * Node's delay monitor sets a native timer of `resolutionMs` again and again and records the time from one firing to
 * the next: the resolution itself plus how late the loop came. Bytes that arrive while the loop is busy wait just as
 * that timer does.
 *
 *   p99 = p99(recorded) − resolution            the margin of an app that could not be calibrated
 *   max = max(recorded) − resolution − grain    the lag that marks a race as disturbed
 *
 * libuv's timers count whole milliseconds, so up to one of them (the grain) is the timer's and not the loop's. The
 * margin keeps it, to be rather too wide; the lag, which marks a race, is without it. Delays outside this thread
 * (kernel, gateway, network) are in neither.
 */
import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
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
  /** Begins with the next turn of the loop, because the lanes leave in this one, and that is no lateness. */
  start(): void
  /** Ends the measurement, once; null without a sample. */
  stop(): Lateness | null
}

/**
 * Monitors of races that are over, for the next ones. Each takes 270 kB outside the heap, of which V8 knows nothing: this
 * thread seldom collects, and the monitors of a thousand races would wait for it.
 */
const idle: ELDHistogram[] = []

export function createLatenessMeter(): LatenessMeter {
  const recorded = idle.pop() ?? monitorEventLoopDelay({ resolution: resolutionMs })
  let starting: NodeJS.Immediate | undefined
  return {
    start() {
      starting = setImmediate(() => recorded.enable())
    },
    stop() {
      // A race that is stopped before its light ends in the turn in which it starts; its timer would never end.
      clearImmediate(starting)
      recorded.disable()
      const lateness = recorded.count === 0 ? null : toLateness(recorded)
      recorded.reset()
      idle.push(recorded)
      return lateness
    },
  }
}

function toLateness(recorded: ELDHistogram): Lateness {
  const lateMs = (ns: number) => ns / 1e6 - resolutionMs
  return {
    // Stamps on the tape have two decimals, so no margin is below 0.01 ms.
    p99Ms: Math.max(0.01, roundMs(lateMs(recorded.percentile(99)))),
    maxMs: Math.max(0, roundMs(lateMs(recorded.max) - grainMs)),
  }
}
