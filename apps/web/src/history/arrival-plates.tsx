/** The plates of a kept race in order of arrival; lanes that did not arrive stand behind, pale. */
import './arrival-plates.css'
import type { LaneSummary } from '@drag-race/contracts'
import { toSeconds } from '../look/figures.ts'
import { isolate } from '../look/isolate.ts'
import { Plate } from '../look/plate.tsx'
import { toArrivals } from './summary-words.ts'

export function ArrivalPlates({ lanes }: { lanes: readonly LaneSummary[] }) {
  return (
    <div className={lanes.length > 5 ? 'arrivals arrivals-many' : 'arrivals'}>
      <span className="visually-hidden">Order of arrival: {toArrivals(lanes)}</span>
      {lanes.map((lane) => (
        <span
          key={lane.lane}
          className={isOut(lane) ? 'arrival arrival-out' : 'arrival'}
          title={toPlateTitle(lane)}
          aria-hidden="true"
        >
          <Plate lane={lane.lane} label="" />
        </span>
      ))}
    </div>
  )
}

/** Ended without arriving. */
function isOut({ place, outcome }: LaneSummary): boolean {
  return place === null && outcome !== 'running'
}

function toPlateTitle({ place, model, slip, outcome, errorCode }: LaneSummary): string {
  if (place !== null) return `${place}. ${isolate(model)}, ${toSeconds(slip.totalMs ?? slip.elapsedMs)} s`
  return `${isolate(model)}: ${outcome === 'failed' ? `did not finish (${errorCode ?? 'failed'})` : outcome}`
}
