/**
 * The race on the screen. Events are folded as they arrive and shown once per animation frame: a frame costs one
 * render, however many tokens came. A hidden tab gets no frames, and shows everything at once on return.
 */
import {
  emptyRace,
  foldRace,
  type RaceEvent,
  type RaceRequestInput,
  type RaceState,
} from '@drag-race/contracts'
import { createStore } from 'zustand/vanilla'
import { ApiProblem, readJson } from '../read-json.ts'
import { type Feed, type FeedOptions, type FeedStatus, followRace, startRace } from './feed.ts'
import { createScreenLag } from './screen-lag.ts'
import { createTurns, firstTurn, type Turn } from './turns.ts'

/** The app answers a stop in milliseconds: after this long the request is most likely still waiting in the browser. */
const stopMsMax = 4000

export interface RaceStore {
  /** After `start` the previous race stays until the green light of the new one. */
  race: RaceState
  /** The id of the race that is shown or being opened; null while there is none. */
  following: string | null
  /** How the feed was opened, so that a refusal is shown where it belongs: with the setup, or for the address. */
  origin: 'start' | 'open' | null
  feed: FeedStatus
  /** The race's clock (the tape's newest `at`, or later) at a moment of the display clock. Only for running clocks. */
  anchor: { at: number; shownAtMs: number }
  /** Which lanes are drawn in this frame. */
  turn: Turn
  /** How far the picture is behind the tape, renewed each second; null before it is known. */
  screenLagMs: number | null
  /** Stop was pressed, for the race or some lanes, and the app has not answered each of these yet. */
  isStopping: boolean
  /** Why a stop failed; null when none did. */
  stopProblem: string | null
  start(request: RaceRequestInput): void
  open(raceId: string): void
  /** Leaves the screen empty. The race goes on without a viewer. */
  leave(): void
  stop(lane?: number): Promise<void>
}

export interface RaceStoreOptions {
  fetchIt: typeof fetch
  sleep: FeedOptions['sleep']
  whenTab: FeedOptions['whenTab']
  /** Calls back before the next paint; never in a hidden tab. */
  requestFrame: (callback: () => void) => void
  /** Calls back when this frame has been painted. */
  afterPaint: (callback: () => void) => void
  /** A monotonic clock for running displays. No figure is taken from it. */
  nowMs: () => number
}

const unansweredText =
  'no answer yet. A browser opens at most six connections to the app: close windows in which other races run.'

const emptyScreen = {
  race: emptyRace,
  following: null,
  origin: null,
  feed: { state: 'idle' },
  anchor: { at: 0, shownAtMs: 0 },
  turn: firstTurn,
  screenLagMs: null,
  isStopping: false,
  stopProblem: null,
} satisfies Partial<RaceStore>

export function createRaceStore({
  fetchIt,
  sleep,
  whenTab,
  requestFrame,
  afterPaint,
  nowMs,
}: RaceStoreOptions) {
  return createStore<RaceStore>()((set, get) => {
    let feed: Feed | null = null
    /** The race as far as it was received, at most a frame ahead of what is shown. */
    let folded: RaceState = emptyRace
    let isFrameAsked = false
    let lag = createScreenLag()
    const turns = createTurns()
    /** How many more frames are needed for every lane to have its turn, though nothing new has come. */
    let owed = 0
    /** The tape's newest `at` in each of the last `stride` frames, in which every lane has one turn. */
    let shownAts: number[] = []
    /** The race's clock as the app last told it, and when; 0 while it has told nothing. */
    let told = emptyScreen.anchor
    /** The stops of this race that the app has not answered yet. */
    const stops = new Set<AbortController>()

    /** After a reload in the middle of a silence the newest event is old: the clock that the app told is later. */
    function anchorAt(at: number) {
      const shownAtMs = nowMs()
      const toldAt = told.at === 0 ? 0 : told.at + shownAtMs - told.shownAtMs
      return { at: Math.max(at, toldAt), shownAtMs }
    }

    function take(events: readonly RaceEvent[], isKept: boolean) {
      folded = foldRace(events, folded)
      // The rest of the tape comes at once: it is shown when it is whole.
      if (isKept) return
      const heardMs = nowMs()
      for (const { at } of events) lag.heard(at, heardMs)
      askFrame()
    }

    function askFrame() {
      if (isFrameAsked) return
      isFrameAsked = true
      requestFrame(showFrame)
    }

    function showFrame() {
      isFrameAsked = false
      const measured = lag
      const beganMs = nowMs()
      const turn = turns.next(folded.lanes.length)
      if (show(turn)) owed = turn.stride - 1
      else if (owed > 0) {
        owed--
        set({ turn })
      }
      if (owed > 0) askFrame()
      shownAts = [...shownAts, folded.at].slice(-turn.stride)
      // The lane that was drawn first in these frames still shows the tape as it was then.
      const at = shownAts[0]!
      afterPaint(() => {
        turns.painted(nowMs() - beganMs)
        measured.painted(at, nowMs())
        if (measured === lag && lag.ms !== get().screenLagMs) set({ screenLagMs: lag.ms })
      })
    }

    /** Returns false when there was nothing new. */
    function show(turn = get().turn): boolean {
      // Before the green light, what is shown stays.
      if (folded.raceId === null || folded === get().race) return false
      set({ race: folded, following: folded.raceId, anchor: anchorAt(folded.at), turn })
      return true
    }

    function forget() {
      folded = emptyRace
      lag = createScreenLag()
      owed = 0
      shownAts = []
      told = emptyScreen.anchor
      stops.clear()
    }

    function begin(open: (options: FeedOptions) => Feed) {
      feed?.close()
      forget()
      set({ screenLagMs: null, isStopping: false, stopProblem: null })
      feed = open({
        fetchIt,
        sleep,
        whenTab,
        onEvents: take,
        onRewind: forget,
        onClock: (at) => {
          told = { at, shownAtMs: nowMs() }
        },
        onStatus: (status) => {
          // The newest events are shown before the status, which can say that they were the last.
          show()
          set({ feed: status })
        },
      })
    }

    return {
      ...emptyScreen,
      start(request) {
        set({ origin: 'start' })
        begin((options) => startRace(request, options))
      },
      open(raceId) {
        set({ ...emptyScreen, following: raceId, origin: 'open' })
        begin((options) => followRace(raceId, options))
      },
      leave() {
        feed?.close()
        forget()
        set(emptyScreen)
      },
      async stop(lane) {
        const { raceId } = get().race
        if (raceId === null) return
        set({ isStopping: true, stopProblem: null })
        const tell = (part: Partial<RaceStore>) => get().race.raceId === raceId && set(part)
        const answered = new AbortController()
        stops.add(answered)
        void sleep(stopMsMax, answered.signal).then(() => {
          if (!answered.signal.aborted) tell({ stopProblem: unansweredText })
        })
        const body = JSON.stringify({ lane })
        const path = `/api/races/${encodeURIComponent(raceId)}/stop`
        const problem = await readJson(path, { method: 'POST', body }, fetchIt).then(
          () => null,
          // The race ended while the button was pressed, which is what was wanted.
          (error: Error) =>
            error instanceof ApiProblem && error.code === 'already_ended' ? null : error.message,
        )
        answered.abort()
        stops.delete(answered)
        tell({ isStopping: stops.size > 0, stopProblem: problem })
      },
    }
  })
}
