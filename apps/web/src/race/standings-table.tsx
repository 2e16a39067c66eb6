/** The strip as a table, for those who hear it. */
import { type LaneState, laneStatus, type RaceState, toTimeSlip } from '@drag-race/contracts'
import { toMs, toSeconds } from '../look/figures.ts'
import { toProviderName } from './model-choice.ts'
import { laneResult, toResultText } from './verdict.ts'

export function StandingsTable({ race }: { race: RaceState }) {
  return (
    <div className="visually-hidden">
      <table>
        <caption>{race.end ? 'Standings' : 'Lanes so far'}</caption>
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
          {race.lanes.map((lane) => (
            <Row key={lane.lane} race={race} lane={lane} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ race, lane }: { race: RaceState; lane: LaneState }) {
  const slip = toTimeSlip(lane)
  return (
    <tr>
      <th scope="row">{lane.lane + 1}</th>
      <td>
        {lane.model}, {toProviderName(lane)}
      </td>
      <td>{toResultText(laneResult(race, lane)) || laneStatus(lane)}</td>
      <td>{lane.ttftMs === null ? 'none' : `${toMs(lane.ttftMs)} ms`}</td>
      <td>{lane.outcome ? `${toSeconds(slip.totalMs ?? slip.elapsedMs)} s` : 'running'}</td>
    </tr>
  )
}
