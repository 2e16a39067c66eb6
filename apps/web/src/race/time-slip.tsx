/** The paper a racer is handed afterwards: a lane's final figures, each by its name, and by how much it won or lost. */
import './time-slip.css'
import { type LaneState, type RaceState, toTimeSlip } from '@drag-race/contracts'
import { toGap, toSeconds } from '../look/figures.ts'
import { toSlipRows } from './slip-rows.ts'
import type { LaneResult } from './verdict.ts'

interface TimeSlipProps {
  lane: LaneState
  result: LaneResult
  over: RaceState | null
}

export function TimeSlip({ lane, result, over }: TimeSlipProps) {
  const slip = toTimeSlip(lane)
  const { word, by } = toHead(result)
  return (
    <section className="slip" aria-label={`Time slip of lane ${lane.lane + 1}`}>
      <div className="slip-paper">
        <header className="slip-head">
          <strong>{word}</strong>
          <span>{by}</span>
        </header>
        {lane.simulated && <p className="slip-simulated">simulated model</p>}
        <dl className="slip-rows">
          {toSlipRows(lane, over?.end?.marginMs ?? null).map(({ name, value }) => (
            <div key={name} className="slip-row">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="slip-total">
          <span>ET</span>
          <span>{toSeconds(slip.totalMs ?? slip.elapsedMs, 3)} s</span>
        </p>
      </div>
    </section>
  )
}

function toHead(result: LaneResult): { word: string; by: string } {
  switch (result.kind) {
    case 'win':
      return { word: 'WIN', by: result.gapMs === null ? '' : `by ${toGap(result.gapMs)}` }
    case 'dead-heat':
      return { word: 'DEAD HEAT', by: '' }
    case 'behind':
      return { word: `No ${result.place}`, by: `+${toGap(result.gapMs)}` }
    case 'stopped':
      return { word: 'STOPPED', by: '' }
    case 'cut':
      return { word: 'CUT SHORT', by: '' }
    case 'failed':
      return { word: 'DNF', by: '' }
    case 'done':
    case 'running':
    case 'waiting':
      return { word: 'FINISHED', by: '' }
  }
}
