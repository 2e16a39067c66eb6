/**
 * Brings a race's tape to the screen, whole and in order, whatever the network does. No React here.
 *
 * Only `race-end` ends a race. A stream that closes without it, cleanly or not (a development proxy shows a clean end
 * when the app dies), is a break: the feed asks for the rest after the last event it has, until it gets it. The POST
 * that starts a race is never repeated, because the race must not start twice.
 *
 * A hidden tab gives its connection up: a browser opens six HTTP/1.1 connections to one address, in all its tabs
 * together, and a seventh request waits in silence, even one that stops a race. The tab reconnects now and then, so
 * that its title is up to date.
 */
import { type RaceEvent, type RaceRequestInput, raceClockHeader } from '@drag-race/contracts'
import { decodeEvents } from '@drag-race/wire'
import { ApiProblem, toProblem } from '../read-json.ts'
import { postRace } from './post-race.ts'
import { acceptTape, isTapeLines, readTapeLines } from './tape-lines.ts'

export type FeedStatus =
  | { state: 'idle' }
  /** The request is on its way; the start tree shows its ambers. */
  | { state: 'asking' }
  | { state: 'open' }
  /** The tab is hidden: the rest of the tape is fetched when it is shown. */
  | { state: 'resting' }
  | { state: 'reconnecting'; attempt: number }
  | { state: 'ended' }
  /** The app refused, or the feed gave up: nothing more will come. */
  | { state: 'refused'; problem: ApiProblem }

export interface FeedOptions {
  fetchIt: typeof fetch
  /** Resolves after `ms`, or at once when aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Resolves when the tab is hidden or shown, as `is` says: at once when it is so already, or when aborted. */
  whenTab: (is: 'hidden' | 'shown', signal: AbortSignal) => Promise<void>
  /** The events of one read. `isKept`: they are of the tape of a race that is over, whose rest follows at once. */
  onEvents: (events: readonly RaceEvent[], isKept: boolean) => void
  /** The app was killed, and the tape that it kept is not the one that was seen: it comes again from the start. */
  onRewind: () => void
  onStatus: (status: FeedStatus) => void
  /** The race's clock in milliseconds when a connection opened: while all lanes are silent, no event tells it. */
  onClock: (atMs: number) => void
}

export interface Feed {
  /** Ends the subscription, not the race. No callback is called after this. */
  close(): void
}

const backoffMsMin = 250
const backoffMsMax = 5000
/**
 * A connection that brings no byte for this long counts as dead and is opened anew, after twice this time at the
 * latest: a proxy can hold a stream open whose other end is gone. The app sends a comment every 15 s.
 */
const silenceMsMax = 30_000
/** A tab that is hidden for less, for a look at another one, keeps its connection. */
const hiddenMsMax = 3000
/** A hidden tab reconnects after this long. */
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

  /** One connection, from its first byte to its end or break. A break is returned, not thrown. */
  async function readOnce(ask: (signal: AbortSignal) => Promise<Response>): Promise<Outcome> {
    const connection = new AbortController()
    const isResumed = tape.seq >= 0
    let hasAnswered = false
    const signal = AbortSignal.any([connection.signal, closing.signal])
    const watch = createWatch(options, connection, signal)
    try {
      watch.begin(tape)
      const response = await ask(signal)
      // The race ended with the last event that was seen here, and that was not its end.
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

  /** null: the stream goes on. */
  function takeAll(events: readonly RaceEvent[], isKept: boolean, isResumed: boolean): Outcome | null {
    if (closing.signal.aborted) return 'ended'
    if (isResumed && events.some(isInterruptedEnd)) return 'another tape'
    options.onEvents(events.filter(take), isKept)
    return tape.hasEnded ? 'ended' : null
  }

  /** Skips events that do not follow the last one (repeats after a reconnect), as the rule book does. */
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
 * `another tape`: what was seen of the race is not what the app has kept of it. A killed app loses the last moments,
 * and closes the tape with other events under the same numbers. Three things show this: the tape is shorter than what
 * was seen, the rest of it ends as interrupted, or it has ended exactly where the feed is. `unseen`: the feed left the
 * connection, because the tab is hidden.
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

/** Without a race id there is nothing to ask for again; a 4xx other than 429 stays the same when asked again. */
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

/** Leaves the connection of a hidden tab, but not before the first event: without its id the race would be lost. */
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

/** Resolves when the tab has been hidden for `hiddenMsMax` without a break, or when aborted. */
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

/** Throws when the connection falls silent. One timer for all reads: a race brings a hundred of them a second. */
async function* untilSilent(body: ReadableStream<Uint8Array>, sleep: FeedOptions['sleep']) {
  const reader = body.getReader()
  const reading = new AbortController()
  let hasHeard = true
  let isSilent = false
  // Not awaited: cancelling a dead connection can take for ever. The pending read ends at once.
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
