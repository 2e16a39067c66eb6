/** The running figures of a lane: four columns, value over unit. ≈ marks what is counted by our tokenizer. */
import { type LaneState, laneStatus, toTimeSlip } from '@drag-race/contracts'
import { type ReactNode, useMemo } from 'react'
import { dash, toCount, toMs, toSeconds } from '../look/figures.ts'
import { RunningClock } from './running-clock.tsx'
import { theRace } from './the-race.ts'

export function LaneFigures({ lane, isRunning }: { lane: LaneState; isRunning: boolean }) {
  const slip = useMemo(() => toTimeSlip(lane), [lane])
  const about = slip.isEstimated && lane.tokens > 0 ? '≈' : ''
  const speed = slip.decodeTokensPerSecond
  return (
    <div className="lane-figures">
      <dl>
        <Figure value={lane.ttftMs === null ? dash : toMs(lane.ttftMs)} unit="ms TTFT" />
        <Figure value={speed === null ? dash : `${about}${toCount(speed)}`} unit="tok/s" />
        <Figure value={lane.chunks === 0 ? dash : `${about}${toCount(slip.outputTokens)}`} unit="tokens" />
        <Figure
          value={
            isRunning && laneStatus(lane) === 'running' ? (
              <RunningClock startAt={lane.startAt} />
            ) : (
              toSeconds(slip.totalMs ?? slip.elapsedMs)
            )
          }
          unit="s"
        />
      </dl>
      {isRunning && (
        <button
          type="button"
          className="button-plain lane-stop"
          onClick={() => void theRace.getState().stop(lane.lane)}
        >
          Stop<span className="visually-hidden"> lane {lane.lane + 1}</span>
        </button>
      )}
    </div>
  )
}

function Figure({ value, unit }: { value: ReactNode; unit: string }) {
  return (
    <div className="lane-figure">
      <dt>{unit}</dt>
      <dd className="figure">{value}</dd>
    </div>
  )
}
