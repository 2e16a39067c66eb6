/** A lane's time slip, the paper that a racer gets afterwards: its final figures, and by how much it won or lost. */
import './time-slip.css'
import { errorBoundMs, type LaneState, type RaceState, toTimeSlip } from '@drag-race/contracts'
import { Fragment } from 'react'
import { toGap, toMargin, toSeconds, withUnit } from '../look/figures.ts'
import { type SlipRow, toSlipRows } from './slip-rows.ts'
import { toSplitRows } from './split-rows.ts'
import type { LaneResult } from './verdict.ts'

interface TimeSlipProps {
  lane: LaneState
  result: LaneResult
  over: RaceState | null
}

export function TimeSlip({ lane, result, over }: TimeSlipProps) {
  const slip = toTimeSlip(lane)
  const { word, by } = toHead(result)
  const errorMs = over?.end ? errorBoundMs(over.end) : null
  const splits = toSplitRows(slip)
  const elapsedMs = slip.totalMs ?? slip.elapsedMs
  return (
    <section className="slip" aria-label={`Time slip of lane ${lane.lane + 1}`}>
      <div className="slip-paper">
        <header className="slip-head">
          <strong>{word}</strong>
          <span>{by}</span>
        </header>
        {lane.simulated && <p className="slip-simulated">simulated model</p>}
        <Rows rows={toSlipRows(lane, errorMs, over?.request ?? null)} />
        {splits.length > 0 && (
          <details className="slip-splits">
            <summary>splits{lane.start === 'cold' && ', cold start'}</summary>
            <Rows rows={splits} />
          </details>
        )}
        <p className="slip-total">
          <span>ET</span>
          <span>
            {withUnit(toSeconds(elapsedMs, 3), 's')}
            {errorMs !== null && elapsedMs !== null && (
              <span className="slip-margin"> {toMargin(errorMs)}</span>
            )}
          </span>
        </p>
      </div>
    </section>
  )
}

function Rows({ rows }: { rows: SlipRow[] }) {
  return (
    <dl className="slip-rows">
      {rows.map(({ name, value }) => (
        <div key={name} className={typeof value === 'string' ? 'slip-row' : 'slip-row slip-list'}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : <Parts parts={value} />}</dd>
        </div>
      ))}
    </dl>
  )
}

function Parts({ parts }: { parts: readonly string[] }) {
  return parts.map((part, index) => (
    <Fragment key={index}>
      {index > 0 && ' '}
      <span className="slip-part">{index < parts.length - 1 ? `${part},` : part}</span>
    </Fragment>
  ))
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
    case 'sentinel':
      return { word: 'SENTINEL', by: 'not ranked' }
    case 'failed':
      return { word: 'DNF', by: '' }
    case 'done':
    case 'running':
    case 'waiting':
      return { word: 'FINISHED', by: '' }
  }
}
