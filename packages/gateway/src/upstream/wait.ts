import type { StopSignal } from '../stop.ts'

/** Waits before a retry. Rejects with the signal's reason when the caller leaves or the call's time is over. */
export type Wait = (ms: number, signal: StopSignal) => Promise<void>

export const wait: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
