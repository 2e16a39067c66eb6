/** A lane on the strip, during the race and afterwards: its model, its place on the track, its clock on the right. */
import {
  crossedMs,
  errorBoundMs,
  type FinishLine,
  type LaneState,
  laneStatus,
  type RaceState,
  toTimeSlip,
} from '@drag-race/contracts'
import { memo } from 'react'
import { toMs, toSeconds, toWithinMs } from '../look/figures.ts'
import { ModelName } from '../look/model-name.tsx'
import { Plate } from '../look/plate.tsx'
import { toProviderName } from '../provider-name.ts'
import { cutMark, isAnswerCut } from './answer-cut-words.ts'
import { LaneTrack } from './lane-track.tsx'
import { showLane } from './lanes.tsx'
import { RunningClock } from './running-clock.tsx'
import { carPosition } from './track.ts'
import { type LaneResult, laneResult, toResultText } from './verdict.ts'

interface RaceRowProps {
  lane: LaneState
  finish: FinishLine
  /** The race when it has ended, null before. */
  over: RaceState | null
}

export const RaceRow = memo(function RaceRow({ lane, finish, over }: RaceRowProps) {
  const result = laneResult(over, lane)
  const isOut = result.kind === 'failed' || result.kind === 'stopped' || result.kind === 'cut'
  const isCut = isAnswerCut(lane)
  const isMarked = lane.simulated || isCut
  return (
    <li
      className="strip-row"
      data-lane={lane.lane}
      data-result={result.kind}
      data-sentinel={lane.sentinel || undefined}
    >
      <div className="strip-name">
        <Plate lane={lane.lane} />
        <div className="strip-who">
          <button
            type="button"
            className="strip-model"
            title={`${lane.model} · ${toProviderName(lane)}. Show this lane.`}
            onClick={() => showLane(lane.lane)}
          >
            <ModelName name={lane.model} />
          </button>
          <span className={isMarked ? 'strip-provider strip-marked' : 'strip-provider ellipsis'}>
            {toProviderName(lane)}
            {isCut && `, ${cutMark}`}
          </span>
        </div>
      </div>
      <LaneTrack position={carPosition(lane, finish)} ttftMs={lane.ttftMs} isOut={isOut} />
      <div className="strip-clock">
        <Clock
          lane={lane}
          finish={finish}
          result={result}
          errorMs={over?.end ? errorBoundMs(over.end) : null}
        />
        {(result.kind === 'win' || result.kind === 'dead-heat' || result.kind === 'behind') && (
          <span className="strip-result">{toResultText(result)}</span>
        )}
      </div>
    </li>
  )
})

interface ClockProps {
  lane: LaneState
  finish: FinishLine
  result: LaneResult
  errorMs: number | null
}

function Clock({ lane, finish, result, errorMs }: ClockProps) {
  const crossedAfterMs = crossedMs(lane, finish)
  if (crossedAfterMs !== null) {
    const isMs = finish === 'first-token'
    return (
      <span className="strip-time">
        {isMs ? toMs(crossedAfterMs) : toSeconds(crossedAfterMs)}
        <span className="unit">{isMs ? 'ms' : 's'}</span>
        {errorMs !== null && <span className="strip-within">{toWithinMs(errorMs)}</span>}
      </span>
    )
  }
  if (result.kind === 'sentinel') return <span className="strip-result">{toResultText(result)}</span>
  if (result.kind === 'failed') return <span className="strip-time strip-dnf">DNF</span>
  if (result.kind === 'stopped' || result.kind === 'cut') {
    return <span className="strip-out">{toResultText(result)}</span>
  }
  return (
    <span className="strip-time">
      {laneStatus(lane) === 'running' ? (
        <RunningClock startAt={lane.startAt} />
      ) : (
        toSeconds(toTimeSlip(lane).elapsedMs ?? 0)
      )}
      <span className="unit">s</span>
    </span>
  )
}
