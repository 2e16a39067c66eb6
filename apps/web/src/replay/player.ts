/**
 * Plays a reel: where the cursor is, whether it runs and how fast. The race that is shown depends on the cursor alone,
 * so a replay that is paused, sought or slowed shows the same as one that runs.
 *
 * A hidden tab gets no frames, so the replay waits there and goes on when the tab is seen again.
 */
import type { RaceState } from '@drag-race/contracts'
import { createStore } from 'zustand/vanilla'
import type { Reel } from './reel.ts'

export const rates = [0.25, 0.5, 1, 2, 4, 8] as const
export type Rate = (typeof rates)[number]

export interface Player {
  reel: Reel
  race: RaceState
  cursorMs: number
  isPlaying: boolean
  rate: Rate
  /** Starts from the beginning when the cursor is at the end. */
  play(): void
  pause(): void
  toggle(): void
  seek(raceMs: number): void
  /** To the next or previous moment at which something happened. */
  step(direction: 1 | -1): void
  setRate(rate: Rate): void
}

export interface PlayerOptions {
  /** Calls back before the next paint with the display's monotonic time; never in a hidden tab. */
  requestFrame: (callback: (nowMs: number) => void) => void
  /** Where the cursor is at first. */
  startAt: 'start' | 'end'
}

/** Frames are closer than this, unless the tab was hidden: that time is not made up for. */
const frameMsMax = 250

export function createPlayer(reel: Reel, { requestFrame, startAt }: PlayerOptions) {
  return createStore<Player>()((set, get) => {
    const firstMs = startAt === 'end' ? reel.endMs : 0
    let shownAtMs: number | null = null
    let isFrameAsked = false

    function ask() {
      if (isFrameAsked) return
      isFrameAsked = true
      requestFrame(onFrame)
    }

    function onFrame(nowMs: number) {
      isFrameAsked = false
      const { isPlaying, rate, cursorMs } = get()
      if (!isPlaying) return
      const passedMs = shownAtMs === null ? 0 : Math.min(nowMs - shownAtMs, frameMsMax)
      shownAtMs = nowMs
      moveTo(cursorMs + Math.max(0, passedMs) * rate)
      if (get().cursorMs >= reel.endMs) return set({ isPlaying: false })
      ask()
    }

    function moveTo(raceMs: number) {
      const cursorMs = Math.min(reel.endMs, Math.max(0, raceMs))
      set({ cursorMs, race: reel.stateAt(cursorMs, get().race) })
    }

    return {
      reel,
      race: reel.stateAt(firstMs),
      cursorMs: firstMs,
      isPlaying: false,
      rate: 1,
      play() {
        if (get().cursorMs >= reel.endMs) moveTo(0)
        shownAtMs = null
        set({ isPlaying: true })
        ask()
      },
      pause: () => set({ isPlaying: false }),
      toggle: () => (get().isPlaying ? get().pause() : get().play()),
      seek: moveTo,
      step(direction) {
        set({ isPlaying: false })
        moveTo(reel.neighbour(get().cursorMs, direction))
      },
      setRate: (rate) => set({ rate }),
    }
  })
}
