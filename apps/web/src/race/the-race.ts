/** The race store of this tab, with the browser's own clock, frames and network. */
import { useStore } from 'zustand'
import type { DisplayClock } from './display-clock.ts'
import { fetchTape } from './early-tape.ts'
import { createRaceStore, type RaceStore } from './store.ts'

export const theRace = createRaceStore({
  fetchIt: fetchTape,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    }),
  whenTab: (is, signal) =>
    new Promise((resolve) => {
      const look = () => document.hidden === (is === 'hidden') && resolve()
      document.addEventListener('visibilitychange', look, { signal })
      signal.addEventListener('abort', () => resolve())
      look()
    }),
  requestFrame: (callback) => void requestAnimationFrame(callback),
  // A timeout runs as a task of its own, after the browser has painted.
  afterPaint: (callback) => void setTimeout(callback),
  nowMs: () => performance.now(),
})

export function useRace<Part>(select: (store: RaceStore) => Part): Part {
  return useStore(theRace, select)
}

/** Runs on from the newest time on the tape by the browser's clock. */
export const liveClock: DisplayClock = {
  raceMs() {
    const { anchor, feed } = theRace.getState()
    return feed.state === 'refused' ? null : anchor.at + performance.now() - anchor.shownAtMs
  },
  heardMs: () => (theRace.getState().feed.state === 'open' ? liveClock.raceMs() : null),
  canGoBack: false,
}
