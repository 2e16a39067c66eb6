/** The strip as a table, for screen readers. */
import { errorBoundMs, type LaneState, laneStatus, type RaceState, toTimeSlip } from '@drag-race/contracts'
import { memo } from 'react'
import { toMsWithin, toSeconds, withUnit } from '../look/figures.ts'
import { toProviderName } from '../provider-name.ts'
import { cutMark, isAnswerCut } from './answer-cut-words.ts'
import { laneResult, toResultText } from './verdict.ts'

export function StandingsTable({ lanes, over }: { lanes: readonly LaneState[]; over: RaceState | null }) {
  return (
    <div className="visually-hidden">
      <table>
        <caption>{over ? 'Standings' : 'Lanes so far'}</caption>
        <thead>
          <tr>
            <th scope="col">Lane</th>
            <th scope="col">Model</th>
            <th scope="col">Result</th>
            <th scope="col">First token</th>
            <th scope="col">Elapsed</th>
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane) => (
            <Row key={lane.lane} lane={lane} over={over} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  lane: LaneState
  over: RaceState | null
}

const Row = memo(function Row({ lane, over }: RowProps) {
  const slip = toTimeSlip(lane)
  return (
    <tr>
      <th scope="row">{lane.lane + 1}</th>
      <td>
        {lane.model}, {toProviderName(lane)}
      </td>
      <td>
        {toResultText(laneResult(over, lane)) || laneStatus(lane)}
        {isAnswerCut(lane) && `, ${cutMark}`}
      </td>
      <td>{lane.ttftMs === null ? 'none' : toMsWithin(lane.ttftMs, over?.end && errorBoundMs(over.end))}</td>
      <td>{lane.outcome ? withUnit(toSeconds(slip.totalMs ?? slip.elapsedMs), 's') : 'running'}</td>
    </tr>
  )
}, isSameToHear)

/** Says whether a row would read the same: a token after the first changes nothing in it. */
export function isSameToHear(before: RowProps, after: RowProps): boolean {
  return (
    before.over === after.over &&
    before.lane.startAt === after.lane.startAt &&
    before.lane.outcome === after.lane.outcome &&
    before.lane.ttftMs === after.lane.ttftMs &&
    before.lane.model === after.lane.model
  )
}
