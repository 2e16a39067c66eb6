/** The running figures of a lane: four columns, value over unit. ≈ marks what is counted by our tokenizer. */
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
  /** How far a time may be off (`errorBoundMs`): known when the race has ended. */
  errorMs: number | null
  /** Since its last token; null while tokens come. */
  silentSeconds: number | null
}

export function LaneFigures({ lane, isRunning, errorMs, silentSeconds }: LaneFiguresProps) {
  // A slip walks the lane's whole past: it is made when the lane is in.
  const slip = isRunning ? null : toTimeSlip(lane)
  // Ten times a second is as often as a figure can be read.
  const tenth = Math.floor((lane.lastMark?.at ?? 0) / 100)
  const speedSoFar = useMemo(() => toDecodeSpeed(lane), [tenth, lane.ttftMs])
  const about = (slip?.isEstimated ?? true) && lane.tokens > 0 ? '≈' : ''
  const aboutSpeed = slip === null || isSentEstimated(slip) ? '≈' : ''
  // A lane that hangs has no speed, whatever it had before.
  const speed = silentSeconds === null ? (slip ? toDecode(lane, errorMs) : toSpeedSoFar(speedSoFar)) : null
  // Of what has arrived, not of the last tenth: in a hang no other one comes.
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

/** What the clock does to it is known at the end of the race. */
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
