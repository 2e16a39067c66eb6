/** Beside the race: what the gateway's own metrics say of the same calls. It can be folded away. */
import './telemetry.css'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import { readStorage, writeStorage } from '../look/storage.ts'
import { useSetup } from '../race/setup-store.ts'
import { useRace } from '../race/the-race.ts'
import { compareRows, ofLanes, type TimedLane } from './compare.ts'
import { ComparedFigures } from './compared-figures.tsx'
import { Overhead } from './overhead.tsx'
import { Source } from './source.tsx'
import { useGatewayStats } from './use-gateway-stats.ts'

const storageKey = 'telemetry-folded'

export function TelemetryPanel() {
  const [isFolded, setIsFolded] = useState(() => readStorage(storageKey) === 'yes')
  const toggle = () => {
    writeStorage(storageKey, isFolded ? 'no' : 'yes')
    setIsFolded(!isFolded)
  }
  return (
    <aside className={isFolded ? 'telemetry telemetry-folded' : 'telemetry'} aria-label="Telemetry">
      <h2 className="telemetry-title">
        <button type="button" aria-expanded={!isFolded} aria-controls="telemetry-body" onClick={toggle}>
          What the gateway saw
        </button>
      </h2>
      <div id="telemetry-body" hidden={isFolded}>
        {!isFolded && <Body />}
      </div>
    </aside>
  )
}

function Body() {
  const raceId = useRace(({ race }) => race.raceId)
  const isRacing = useRace(
    ({ race, feed }) => race.raceId !== null && race.end === null && feed.state !== 'refused',
  )
  const lanes = useTimedLanes(raceId !== null)
  const { data, error, dataUpdatedAt, refetch } = useGatewayStats({ raceId, isRacing })
  if (error && !data) {
    return (
      <p className="note note-bad telemetry-problem">
        {error.message}{' '}
        <button type="button" className="button-plain" onClick={() => void refetch()}>
          Read again
        </button>
      </p>
    )
  }
  if (!data) return <p className="dim">Reading the metrics …</p>
  const all = compareRows(data, lanes)
  const rows = ofLanes(all, lanes)
  return (
    <>
      <Source stats={data} updatedAtMs={dataUpdatedAt} />
      {data.problem === null && rows.length === 0 && (
        <p className="dim telemetry-none">{toNothingText(isRacing, all.length > 0)}</p>
      )}
      {rows.map((row) => (
        <ComparedFigures key={`${row.provider} ${row.model}`} row={row} />
      ))}
      {rows.length < all.length && (
        <p className="telemetry-more">
          <Link href="/gateway">All models the gateway saw</Link>
        </p>
      )}
      {data.overhead !== null && <Overhead dialect={data.dialect} overhead={data.overhead} />}
    </>
  )
}

/**
 * The lanes of the race, or those staged for the next one. The array changes only with one of these figures, not with
 * every token.
 */
function useTimedLanes(hasRace: boolean): TimedLane[] {
  const ofRace = useRace(({ race }) =>
    JSON.stringify(race.lanes.map(({ model, ttftMs }) => ({ model, ttftMs }))),
  )
  const staged = useSetup(({ setup }) =>
    JSON.stringify(setup.lanes.map(({ model }) => ({ model, ttftMs: null }))),
  )
  const key = hasRace ? ofRace : staged
  return useMemo(() => JSON.parse(key) as TimedLane[], [key])
}

function toNothingText(isRacing: boolean, sawOthers: boolean): string {
  if (isRacing) return 'The gateway counts a call when its answer has ended.'
  const calls = sawOthers ? 'No call of these models' : 'No call'
  return `${calls} has gone through the gateway since its start.`
}
