/**
 * Is this a tape? Takes a file's event lines one by one and folds them, or says which line is wrong and what to do about
 * it. What passes is sound: numbered without a gap, of known events alone, with figures that agree with each other.
 *
 * A tape says some things twice (an event's time and the lane's figure, the finishes and the standings). Where the two
 * differ nobody knows which is right, so neither is believed.
 */

import { withinBounds } from './event-bounds.ts'
import { toStandings } from './finish.ts'
import { parseJsonOrNull } from './parse-json.ts'
import { type EventOf, RaceEvent } from './race-event.ts'
import { emptyRace, foldRace, isNext, type RaceState } from './race-state.ts'
import { findWrongSplit } from './split-order.ts'

/** Why a tape is refused. `line` counts from 1 and includes the header. */
export class TapeFault extends Error {
  override name = 'TapeFault'
  readonly code: string
  readonly line: number

  constructor(code: string, line: number, message: string) {
    super(`Line ${line}: ${message}`)
    this.code = code
    this.line = line
  }
}

export interface TapeCheck {
  /** Throws a TapeFault. */
  add(text: string): void
  /** The fold of what was added. Folded when it is asked for, and by itself every `batchEvents`. */
  state(): RaceState
}

/** Two decimals each, rounded one by one: figures that agree differ by no more. */
const dustMs = 0.021

/** Eleven days: no race is so long. */
const atMsMax = 1e9

/** Folded at once: cheaper than one by one, and little enough to be held. */
const batchEvents = 1_000

/** Both may name keys of the file, which may be of any length. */
const whereCharsMax = 100
const whyCharsMax = 200

const types = new Set<string>(RaceEvent.def.options.flatMap((option) => option.def.shape.type.def.values))

export function createTapeCheck(): TapeCheck {
  let line = 1
  let state = emptyRace
  let batch: RaceEvent[] = []
  /** Ahead of `state` by the batch. */
  let head: Position = state
  const lanes: LaneTimes[] = []

  function fold() {
    state = foldRace(batch, state)
    batch = []
    return state
  }

  return {
    add(text) {
      line++
      const event = parseEvent(text, line)
      if (!isNext(head, event)) throw new TapeFault('out_of_order', line, orderText(event, head))
      if (event.type === 'race-start') startLanes(event, lanes, line)
      else if (event.type === 'race-end') checkEnd(event, fold(), line)
      else checkLane(event, lanes[event.lane], line)
      batch.push(event)
      head = { seq: event.seq, end: event.type === 'race-end' ? event : null }
      if (batch.length >= batchEvents) fold()
    },
    state: fold,
  }
}

type Position = Parameters<typeof isNext>[0]

/** What a lane's events have said so far, to be held against what they say next. */
interface LaneTimes {
  isStream: boolean
  startAt: number | null
  at: number
  hasFirstToken: boolean
  firstTokenAt: number | null
  lastTokenAt: number | null
  isOver: boolean
}

function parseEvent(text: string, line: number): RaceEvent {
  const value = parseJsonOrNull(text)
  if (typeof value !== 'object' || value === null) {
    throw new TapeFault(
      'not_an_event',
      line,
      'this is no event, but something else or half of one. Export the tape again.',
    )
  }
  const { type } = value as { type?: unknown }
  if (typeof type !== 'string' || !types.has(type)) {
    const name = typeof type === 'string' ? `\`${type.slice(0, 40)}\`` : 'none'
    throw new TapeFault(
      'unknown_event',
      line,
      `its event type is ${name}, which this version does not know. A newer version may have written it: update, then import again.`,
    )
  }
  const parsed = RaceEvent.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    const where = path.join('.').slice(0, whereCharsMax)
    const why = message.slice(0, whyCharsMax).replace(/\.$/, '')
    throw new TapeFault(
      'wrong_event',
      line,
      `a \`${type}\` event whose \`${where}\` is not as it must be: ${why}. The file was changed.`,
    )
  }
  const event = value as RaceEvent
  if (withinBounds(event) !== event) {
    throw new TapeFault(
      'wrong_event',
      line,
      `a \`${type}\` event that holds longer words, or more of them, than a race ever writes. The file was changed.`,
    )
  }
  if (Math.abs(event.at) > atMsMax) {
    throw new TapeFault(
      'wrong_event',
      line,
      'its time lies years away from the start of the race. The file was changed.',
    )
  }
  // As it is written, not as the schema completes it: that is what the screen will fold.
  return event
}

function orderText(event: RaceEvent, head: Position): string {
  if (head.end) return `event ${event.seq} follows the end of the race. The file was changed.`
  if (event.seq !== head.seq + 1) {
    return `event ${event.seq} stands where event ${head.seq + 1} should be. Lines are missing, repeated or in another order.`
  }
  return head.seq === -1 ? 'a tape begins with `race-start`.' : '`race-start` a second time.'
}

function startLanes(event: EventOf<'race-start'>, lanes: LaneTimes[], line: number) {
  const fault = (message: string) => new TapeFault('wrong_event', line, message)
  const { request, startedAt, raceId } = event
  const isComplete = request.finish !== undefined && request.lanes.every(({ stream }) => stream !== undefined)
  if (!isComplete)
    throw fault('the request has no finish line, or a lane that does not say whether it streams.')
  const startedAtYear = new Date(startedAt).getUTCFullYear()
  if (!(startedAtYear >= 2000 && startedAtYear < 2100)) throw fault('`startedAt` is no date of these days.')
  if (!/^[\w-]{1,100}$/.test(raceId))
    throw fault('`raceId` may hold letters, digits, `-` and `_`, up to 100.')
  if (event.lanes.length === 0 || event.lanes.some(({ lane }, index) => lane !== index)) {
    throw fault('the lanes are not numbered 0, 1, 2, …')
  }
  const racing = event.lanes.filter(({ sentinel }) => !sentinel)
  const areThose = racing.every(({ model, stream }, index) => {
    const asked = request.lanes[index]
    return asked?.model === model && asked.stream === stream
  })
  if (!areThose || racing.length !== request.lanes.length) {
    throw new TapeFault(
      'contradiction',
      line,
      'its lanes are not those that were asked for. The file was changed.',
    )
  }
  for (const { stream } of event.lanes) {
    lanes.push({
      isStream: stream,
      startAt: null,
      at: Number.NEGATIVE_INFINITY,
      hasFirstToken: false,
      firstTokenAt: null,
      lastTokenAt: null,
      isOver: false,
    })
  }
}

/** Keeps the lane's times up to date, and throws when one of them cannot be. */
function checkLane(
  event: EventOf<'lane-start' | 'ttft' | 'token' | 'done' | 'error'>,
  lane: LaneTimes | undefined,
  line: number,
) {
  const fault = (message: string) => new TapeFault('contradiction', line, message)
  if (!lane) throw fault(`there is no lane ${event.lane} in this race.`)
  if (lane.isOver) throw fault(`lane ${event.lane} had ended before.`)
  if (event.at < lane.at) throw fault(`time goes back on lane ${event.lane}.`)
  const since = (ms: number) => Math.abs(event.at - (lane.startAt ?? Number.NaN) - ms) <= dustMs
  switch (event.type) {
    case 'lane-start':
      if (lane.startAt !== null) throw fault(`lane ${event.lane} starts a second time.`)
      lane.startAt = event.at
      break
    case 'ttft':
      if (!since(event.ms)) throw fault('the first token says another time than the event itself.')
      if (!lane.isStream) throw fault(`a first token of lane ${event.lane}, which did not stream.`)
      if (lane.hasFirstToken) throw fault(`lane ${event.lane} has its first token a second time.`)
      lane.hasFirstToken = true
      break
    case 'token':
      if (lane.startAt === null) throw fault(`a token of lane ${event.lane}, which has not started.`)
      // TTFT is of that event: moved behind a token, or taken out, it would be another.
      if (lane.isStream && !lane.hasFirstToken)
        throw fault(`a token of lane ${event.lane} stands before its first.`)
      lane.firstTokenAt ??= event.at
      lane.lastTokenAt = event.at
      break
    case 'done':
      if (!since(event.totalMs)) throw fault('the total says another time than the event itself.')
      checkSplits(event, lane, fault)
      lane.isOver = true
      break
    case 'error':
      checkSplits(event, lane, fault)
      lane.isOver = true
      break
  }
  lane.at = event.at
}

function checkSplits(
  event: EventOf<'done' | 'error'>,
  { startAt, firstTokenAt, lastTokenAt }: LaneTimes,
  fault: (message: string) => TapeFault,
) {
  if (!event.arrival) return
  if (startAt === null) throw fault(`an arrival on lane ${event.lane}, which has not started.`)
  const wrong = findWrongSplit(event, { startAt, firstTokenAt, lastTokenAt }, dustMs)
  if (wrong) throw fault(`of lane ${event.lane} came ${wrong}.`)
}

function checkEnd(event: EventOf<'race-end'>, state: RaceState, line: number) {
  const open = state.lanes.find(({ outcome }) => outcome === null)
  if (open) throw new TapeFault('contradiction', line, `the race ends before lane ${open.lane} has.`)
  const { finish } = state.request!
  const standings = JSON.stringify(toStandings(state, finish, event.marginMs).map(toRow))
  if (standings === JSON.stringify(event.standings.map(toRow))) return
  throw new TapeFault(
    'contradiction',
    line,
    'its standings are not those that its events give. The file was changed, or other rules wrote it.',
  )
}

/** In an order of keys of its own: how the tape's writer ordered them says nothing. Nor do the last digits of a gap. */
function toRow({ lane, place, value, gap, deadHeat }: EventOf<'race-end'>['standings'][number]) {
  return [lane, place, value, gap === null ? null : gap.toFixed(6), deadHeat]
}
