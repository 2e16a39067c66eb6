/**
 * Brings a race's tape to the screen, whole and in order, whatever the network does. No React here.
 *
 * Only `race-end` ends a race. A stream that closes without it, cleanly or not (a development proxy shows a clean end
 * when the app dies), is a break: the feed asks for the rest after the last event it has, and again until it gets
 * it. The POST of a race that may have started is never repeated: it must not start twice.
 *
 * A tab that nobody looks at rests: a browser keeps six HTTP/1.1 connections to one address, of all its tabs together, and
 * a seventh request waits in silence, be it the one that stops a race. It looks in now and then, for its title.
 */
import { type RaceEvent, type RaceRequestInput, raceClockHeader } from '@drag-race/contracts'
import { decodeEvents } from '@drag-race/wire'
import { ApiProblem, toProblem } from '../read-json.ts'
import { postRace } from './post-race.ts'
import { acceptTape, isTapeLines, readTapeLines } from './tape-lines.ts'

export type FeedStatus =
  | { state: 'idle' }
  /** The request is on its way: ambers. */
  | { state: 'asking' }
  | { state: 'open' }
  /** Nobody looks: the rest of the tape is fetched when somebody does. */
  | { state: 'resting' }
  | { state: 'reconnecting'; attempt: number }
  | { state: 'ended' }
  /** Refused, or given up for good: nothing more will come. */
  | { state: 'refused'; problem: ApiProblem }

export interface FeedOptions {
  fetchIt: typeof fetch
  /** Resolves after `ms`, or at once when aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Resolves when the tab is hidden, or shown: at once when it is so already, or when aborted. */
  whenTab: (is: 'hidden' | 'shown', signal: AbortSignal) => Promise<void>
  /** What came with one read. `isKept`: from the tape of a race that is over, and the rest of it comes at once. */
  onEvents: (events: readonly RaceEvent[], isKept: boolean) => void
  /** The app was killed and kept another tape than was seen: it comes again from its first event. */
  onRewind: () => void
  onStatus: (status: FeedStatus) => void
  /** Where the race's clock stood when a connection opened, in milliseconds: while all lanes are silent no event tells. */
  onClock: (atMs: number) => void
}

export interface Feed {
  /** Ends the subscription, not the race. Nothing is called back after it. */
  close(): void
}

const backoffMsMin = 250
const backoffMsMax = 5000
/**
 * A connection that brings no byte for this long, and up to twice as long, is taken for dead and opened anew: a proxy can
 * hold a stream open whose other end is gone. The app sends a comment every 15 s.
 */
const silenceMsMax = 30_000
/** A tab may be left for a look at another one without losing its connection. */
const hiddenMsMax = 3000
const restMsMax = 30_000

/** Starts a race and follows it. */
export function startRace(request: RaceRequestInput, options: FeedOptions): Feed {
  return openFeed(options, (signal) => postRace(options.fetchIt, request, signal))
}

/** Follows a race from its first event: live, or from its tape. */
export function followRace(raceId: string, options: FeedOptions): Feed {
  return openFeed(options, null, raceId)
}

function openFeed(
  options: FeedOptions,
  post: ((signal: AbortSignal) => Promise<Response>) | null,
  id: string | null = null,
): Feed {
  const closing = new AbortController()
  const tape: Position = { raceId: id, seq: -1, hasEnded: false }
  const tell = (status: FeedStatus) => {
    if (!closing.signal.aborted) options.onStatus(status)
  }

  async function run() {
    tell({ state: 'asking' })
    const ask = (signal: AbortSignal) => askForRest(options, tape, signal)
    let failures = 0
    for (let isFirst = true; !closing.signal.aborted; isFirst = false) {
      const seqBefore = tape.seq
      const outcome = await readOnce(isFirst && post ? post : ask)
      if (outcome === 'ended' || closing.signal.aborted) break
      if (outcome === 'unseen') {
        await rest()
        continue
      }
      if (outcome === 'another tape') rewind()
      else if (isFinal(outcome, tape)) return tell({ state: 'refused', problem: outcome })
      failures = tape.seq > seqBefore ? 1 : failures + 1
      tell({ state: 'reconnecting', attempt: failures })
      await options.sleep(backoffMs(failures), closing.signal)
    }
    tell({ state: 'ended' })
  }

  async function rest() {
    tell({ state: 'resting' })
    await restUntilSeen(options, closing.signal)
  }

  function rewind() {
    tape.seq = -1
    options.onRewind()
  }

  /** One connection, from its first byte to its end or break. A break is given back, not thrown. */
  async function readOnce(ask: (signal: AbortSignal) => Promise<Response>): Promise<Outcome> {
    const connection = new AbortController()
    const isResumed = tape.seq >= 0
    let hasAnswered = false
    const signal = AbortSignal.any([connection.signal, closing.signal])
    const watch = createWatch(options, connection, signal)
    try {
      watch.begin(tape)
      const response = await ask(signal)
      // The race is over just where we are, and we have not seen its end.
      if (response.status === 204) return 'another tape'
      if (!response.ok || !response.body) {
        const problem = await toProblem(response)
        return problem.code === 'beyond_tape' ? 'another tape' : problem
      }
      hasAnswered = true
      tellOpen(response)
      const isKept = isTapeLines(response)
      const bytes = untilSilent(response.body, options.sleep)
      for await (const events of isKept ? readTapeLines(bytes) : readFrames(bytes)) {
        const outcome = takeAll(events, isKept, isResumed)
        if (outcome !== null) return outcome
        watch.begin(tape)
      }
      return new ApiProblem('stream_ended', 0, brokenText(hasAnswered, 'its stream ended'))
    } catch (cause) {
      if (watch.isUnseen) return 'unseen'
      return new ApiProblem(hasAnswered ? 'stream_ended' : 'unreachable', 0, brokenText(hasAnswered, cause))
    } finally {
      connection.abort()
    }
  }

  function tellOpen({ headers }: Response) {
    tell({ state: 'open' })
    const clock = headers.get(raceClockHeader)
    if (clock !== null && !closing.signal.aborted) options.onClock(Number(clock))
  }

  /** null: it goes on. */
  function takeAll(events: readonly RaceEvent[], isKept: boolean, isResumed: boolean): Outcome | null {
    if (closing.signal.aborted) return 'ended'
    if (isResumed && events.some(isInterruptedEnd)) return 'another tape'
    options.onEvents(events.filter(take), isKept)
    return tape.hasEnded ? 'ended' : null
  }

  /** Events that do not follow on the last one (a repeat after a reconnect) are passed over, as the rule book does. */
  function take(event: RaceEvent): boolean {
    if (tape.hasEnded || event.seq !== tape.seq + 1) return false
    tape.seq = event.seq
    if (event.type === 'race-start') tape.raceId = event.raceId
    if (event.type === 'race-end') tape.hasEnded = true
    return true
  }

  void run()
  return { close: () => closing.abort() }
}

/**
 * `another tape`: what was seen of the race is not what was kept of it. A killed app loses its last moments and closes the
 * tape in its own words under the same numbers. It shows by a tape shorter than what was seen, by a resumed one that ends
 * interrupted, or by one that has ended just where we are. `unseen`: left on our side, as nobody looks.
 */
type Outcome = 'ended' | 'another tape' | 'unseen' | ApiProblem

function isInterruptedEnd(event: RaceEvent): boolean {
  return event.type === 'race-end' && event.reason === 'interrupted'
}

interface Position {
  raceId: string | null
  seq: number
  hasEnded: boolean
}

function askForRest({ fetchIt }: FeedOptions, tape: Position, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: acceptTape }
  if (tape.seq >= 0) headers['last-event-id'] = String(tape.seq)
  return fetchIt(`/api/races/${encodeURIComponent(tape.raceId ?? '')}/events`, { headers, signal })
}

async function* readFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RaceEvent[]> {
  for await (const read of decodeEvents(bytes)) yield read.map(({ data }) => JSON.parse(data) as RaceEvent)
}

/** Without a race id there is nothing to come back to; a 4xx will not change by asking again. */
function isFinal(problem: ApiProblem, tape: Position): boolean {
  return tape.raceId === null || (problem.status >= 400 && problem.status < 500 && problem.status !== 429)
}

function brokenText(hasAnswered: boolean, cause: unknown): string {
  return hasAnswered
    ? `The connection broke before the green light (${String(cause)}). If the race started, it is in the history.`
    : 'The app does not answer. Is it still running? Start it with npm start.'
}

function backoffMs(failures: number): number {
  return Math.min(backoffMsMax, backoffMsMin * 2 ** (failures - 1))
}

/** Breaks the connection when nobody looks; from the first event on, as without its id the race could not be found again. */
function createWatch(options: FeedOptions, connection: AbortController, signal: AbortSignal) {
  let isBegun = false
  const watch = {
    isUnseen: false,
    begin({ raceId }: Position) {
      if (isBegun || raceId === null) return
      isBegun = true
      void untilUnseen(options, signal).then(() => {
        watch.isUnseen = !signal.aborted
        connection.abort()
      })
    },
  }
  return watch
}

/** Resolves when the tab has been hidden for `hiddenMsMax` on end, or when aborted. */
async function untilUnseen({ whenTab, sleep }: FeedOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await whenTab('hidden', signal)
    const decided = new AbortController()
    const either = AbortSignal.any([decided.signal, signal])
    const isShown = await Promise.race([
      whenTab('shown', either).then(() => true),
      sleep(hiddenMsMax, either).then(() => false),
    ])
    decided.abort()
    if (!isShown) return
  }
}

async function restUntilSeen({ whenTab, sleep }: FeedOptions, signal: AbortSignal): Promise<void> {
  const decided = new AbortController()
  const either = AbortSignal.any([decided.signal, signal])
  await Promise.race([whenTab('shown', either), sleep(restMsMax, either)])
  decided.abort()
}

/** Throws when it falls silent. One timer for all reads: a race brings a hundred of them a second. */
async function* untilSilent(body: ReadableStream<Uint8Array>, sleep: FeedOptions['sleep']) {
  const reader = body.getReader()
  const reading = new AbortController()
  let hasHeard = true
  let isSilent = false
  // Not waited for: cancelling a dead connection may never settle. The read that waits is told at once.
  const leave = () => void reader.cancel().catch(() => {})
  const watch = async () => {
    while (hasHeard) {
      hasHeard = false
      await sleep(silenceMsMax, reading.signal)
      if (reading.signal.aborted) return
    }
    isSilent = true
    leave()
  }
  void watch()
  try {
    while (true) {
      const { value, done } = await reader.read()
      if (isSilent) throw new Error(`no byte for ${silenceMsMax / 1000} s`)
      if (done) return
      hasHeard = true
      yield value
    }
  } finally {
    reading.abort()
    leave()
  }
}
