/** Checks the events of each lane of a tape with the events of that lane before them. */
import type { EventOf } from './race-event.ts'
import { findWrongSplit } from './split-order.ts'
import { TapeFault } from './tape-fault.ts'

/** Figures that agree differ by no more than this: each is rounded to two decimals by itself. */
const dustMs = 0.021

/** What the next event of a lane is checked with. */
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
  if (!(startedAtYear >= 2000 && startedAtYear < 2100))
    throw fault('`startedAt` is no date of the years 2000 to 2099.')
  if (!/^[\w-]{1,100}$/.test(raceId)) throw fault('`raceId` must be 1 to 100 letters, digits, `-` or `_`.')
  if (event.lanes.length === 0 || event.lanes.some(({ lane }, index) => lane !== index)) {
    throw fault('the lanes are not numbered 0, 1, 2, …')
  }
  const racing = event.lanes.filter(({ sentinel }) => !sentinel)
  // By number, because a lane's settings are found by it too: a sentinel comes after the lanes that were asked for.
  const areThose = racing.every(({ lane, model, stream }) => {
    const asked = request.lanes[lane]
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

/** Updates the lane's times. Throws a TapeFault when the event contradicts them. */
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
      if (!since(event.ms)) throw fault('`ms` does not fit its time.')
      if (!lane.isStream) throw fault(`a first token of lane ${event.lane}, which did not stream.`)
      if (lane.hasFirstToken) throw fault(`lane ${event.lane} has its first token a second time.`)
      lane.hasFirstToken = true
      break
    case 'token':
      if (lane.startAt === null) throw fault(`a token of lane ${event.lane}, which has not started.`)
      // TTFT comes from the `ttft` event: if that were moved behind a token or left out, TTFT would be another.
      if (lane.isStream && !lane.hasFirstToken)
        throw fault(`a token of lane ${event.lane} stands before its \`ttft\` event.`)
      lane.firstTokenAt ??= event.at
      lane.lastTokenAt = event.at
      break
    case 'done':
    case 'error':
      if (event.type === 'done' && !since(event.totalMs)) throw fault('`totalMs` does not fit its time.')
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
  if (wrong) throw fault(`lane ${event.lane} has ${wrong}.`)
}
