/** The running figures of a lane: four columns, value above unit. ≈ marks what is counted by our tokenizer. */
import {
  isSentEstimated,
  type LaneState,
  laneStatus,
  type Speed,
  toDecode,
  toDecodeSpeed,
  toTimeSlip,
} from '@drag-race/contracts'
import { type ReactNode, useMemo } from 'react'
import {
  dash,
  toCount,
  toMs,
  tooShort,
  toSeconds,
  toSpeedMargin,
  toWithin,
  toWithinMs,
} from '../look/figures.ts'
import { RunningClock } from './running-clock.tsx'

interface LaneFiguresProps {
  lane: LaneState
  isRunning: boolean
  /** How far a time can be off (`errorBoundMs`); null until the race has ended. */
  errorMs: number | null
  /** Seconds since its last token; null while tokens come. */
  silentSeconds: number | null
}

export function LaneFigures({ lane, isRunning, errorMs, silentSeconds }: LaneFiguresProps) {
  // A slip goes through all of the lane's arrivals, so it is made only when the lane has ended.
  const slip = isRunning ? null : toTimeSlip(lane)
  // Nobody can read a figure that changes more than ten times a second.
  const tenth = Math.floor((lane.lastMark?.at ?? 0) / 100)
  const speedSoFar = useMemo(() => toDecodeSpeed(lane), [tenth, lane.ttftMs])
  const about = (slip?.isEstimated ?? true) && lane.tokens > 0 ? '≈' : ''
  const aboutSpeed = slip === null || isSentEstimated(slip) ? '≈' : ''
  // A lane that hangs is shown without the speed that it had before.
  const speed = silentSeconds === null ? (slip ? toDecode(lane, errorMs) : toSpeedSoFar(speedSoFar)) : null
  // All tokens so far, not those of the last tenth of a second: in a hang there would be no later one to show the rest.
  const tokens = slip && lane.outcome ? slip.outputTokens : lane.tokens
  const isTicking = isRunning && laneStatus(lane) === 'running'
  return (
    <dl className="lane-figures">
      <Figure
        unit="ms TTFT"
        value={toMs(lane.ttftMs)}
        within={lane.ttftMs === null ? '' : toWithin(errorMs)}
      />
      <Figure
        unit="tok/s"
        value={speed?.kind === 'timed' ? aboutSpeed + toCount(speed.perSecond) : dash}
        within={speed === null ? '' : speed.kind === 'timed' ? toSpeedMargin(speed) : ` ${tooShort}`}
      />
      <Figure unit="tokens" value={tokens === 0 ? dash : about + toCount(tokens)} />
      <Figure
        unit="s elapsed"
        within={slip?.totalMs == null ? '' : toWithinMs(errorMs)}
        value={
          isTicking ? <RunningClock startAt={lane.startAt} /> : toSeconds(slip?.totalMs ?? slip?.elapsedMs)
        }
      />
    </dl>
  )
}

/** The margin of a speed is known only at the end of the race. */
function toSpeedSoFar(perSecond: number | null): Speed | null {
  return perSecond === null ? null : { kind: 'timed', perSecond, margin: null }
}

function Figure({ value, unit, within = '' }: { value: ReactNode; unit: string; within?: string }) {
  return (
    <div className="lane-figure">
      <dt>{unit}</dt>
      <dd className="figure">
        {value}
        {within && <span className="lane-within">{within}</span>}
      </dd>
    </div>
  )
}
