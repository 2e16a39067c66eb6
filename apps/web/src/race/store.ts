/**
 * The race on the screen. Events are folded as they arrive and shown once per animation frame: a frame costs one render,
 * however many tokens came. A hidden tab gets no frames, and shows everything at once on return.
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
  /** After `start` the race before stays until the green light of the new one. */
  race: RaceState
  /** The race that is shown or on its way to be; null while none has an id. */
  following: string | null
  /** Whose problem a refusal is: the setup's, or the address's. */
  origin: 'start' | 'open' | null
  feed: FeedStatus
  /** Where the race's clock stood at a moment of the display clock: at the tape's newest `at`, or later. Only running clocks use it. */
  anchor: { at: number; shownAtMs: number }
  /** Which lanes are drawn in this frame. */
  turn: Turn
  /** How far the picture is behind the tape, anew each second; null before it is known. */
  screenLagMs: number | null
  /** Stop was pressed, and the app has not answered yet. */
  isStopping: boolean
  /** Why stop did not work; null when it did. */
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
  /** Calls back when what was shown in this frame has been painted. */
  afterPaint: (callback: () => void) => void
  /** A monotonic clock for running displays. No figure is taken from it. */
  nowMs: () => number
}

const unansweredText =
  'no answer yet. A browser holds six connections to the app at once: close windows in which other races run.'

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
    /** Ahead of what is shown by at most a frame. */
    let folded: RaceState = emptyRace
    let isFrameAsked = false
    let lag = createScreenLag()
    const turns = createTurns()
    /** Frames in which lanes still have their turn, though nothing new has come. */
    let owed = 0
    /** How far the tape was in the frames of this round, in which every lane has one turn. */
    let shownAts: number[] = []
    /** What the app said of the race's clock, and when; 0 while it has said nothing. */
    let told = emptyScreen.anchor

    /** After a reload in a silence the newest event is old. */
    function anchorAt(at: number) {
      const shownAtMs = nowMs()
      const toldAt = told.at === 0 ? 0 : told.at + shownAtMs - told.shownAtMs
      return { at: Math.max(at, toldAt), shownAtMs }
    }

    function take(events: readonly RaceEvent[], isKept: boolean) {
      folded = foldRace(events, folded)
      // The rest of it comes at once: it is shown when it is whole.
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
      // The lane that was drawn first in this round shows what there was then.
      const at = shownAts[0]!
      afterPaint(() => {
        turns.painted(nowMs() - beganMs)
        measured.painted(at, nowMs())
        if (measured === lag && lag.ms !== get().screenLagMs) set({ screenLagMs: lag.ms })
      })
    }

    /** False when there was nothing new. */
    function show(turn = get().turn): boolean {
      // Still before the green light: what was shown stays.
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
    }

    function begin(open: (options: FeedOptions) => Feed) {
      feed?.close()
      forget()
      set({ isStopping: false, stopProblem: null })
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
          // The last events are shown before the word that they were the last, for now or for good.
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
        void sleep(stopMsMax, answered.signal).then(() => {
          if (!answered.signal.aborted) tell({ stopProblem: unansweredText })
        })
        const body = JSON.stringify({ lane })
        const path = `/api/races/${encodeURIComponent(raceId)}/stop`
        const problem = await readJson(path, { method: 'POST', body }, fetchIt).then(
          () => null,
          // It ended while the button was pressed: what was wanted has happened.
          (error: Error) =>
            error instanceof ApiProblem && error.code === 'already_ended' ? null : error.message,
        )
        answered.abort()
        tell({ isStopping: false, stopProblem: problem })
      },
    }
  })
}
