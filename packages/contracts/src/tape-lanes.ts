/** What the events of a tape say of its lanes, each held against what the lane's events said before. */
import type { EventOf } from './race-event.ts'
import { findWrongSplit } from './split-order.ts'
import { TapeFault } from './tape-fault.ts'

/** Two decimals each, rounded one by one: figures that agree differ by no more. */
const dustMs = 0.021

/** What a lane's events have said so far, to be held against what they say next. */
export interface LaneTimes {
  isStream: boolean
  startAt: number | null
  at: number
  hasFirstToken: boolean
  firstTokenAt: number | null
  lastTokenAt: number | null
  isOver: boolean
}

/** Throws a TapeFault where the lanes are not those of the request. */
export function startLanes(event: EventOf<'race-start'>, line: number): LaneTimes[] {
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
  return event.lanes.map(({ stream }) => ({
    isStream: stream,
    startAt: null,
    at: Number.NEGATIVE_INFINITY,
    hasFirstToken: false,
    firstTokenAt: null,
    lastTokenAt: null,
    isOver: false,
  }))
}

/** Keeps the lane's times up to date, and throws when one of them cannot be. */
export function checkLane(
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
