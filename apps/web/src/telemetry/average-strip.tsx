/**
 * The average call of each model as a car on one time scale: the tick is its first token, the nose the end of its
 * answer. The times are by the gateway's own clock, not the race's.
 */
import '../race/strip.css'
import type { GatewayRow } from '@drag-race/contracts'
import { toSeconds } from '../look/figures.ts'
import { ModelName } from '../look/model-name.tsx'
import { LaneTrack } from '../race/lane-track.tsx'
import { toServedBy } from './compare.ts'

/** More cars than this cannot be read; the table has them all. */
const carsMax = 24

export function AverageStrip({ rows }: { rows: GatewayRow[] }) {
  const timed = rows.filter(hasDuration).toSorted((a, b) => a.durationMs - b.durationMs)
  if (timed.length === 0) return null
  // Not every call has a first token, so its average can be later than the average end.
  const longestMs = Math.max(...timed.flatMap(({ durationMs, ttftMs }) => [durationMs, ttftMs ?? 0]))
  return (
    <section aria-labelledby="gateway-average">
      <h2 id="gateway-average">The average call</h2>
      <p className="telemetry-source">
        First token at the tick, end of the answer at the nose; all on one scale of {toSeconds(longestMs, 1)}{' '}
        s
      </p>
      <div className="strip strip-average">
        <ol className="strip-rows">
          {timed.slice(0, carsMax).map((row) => (
            <li key={`${row.provider} ${row.model}`} className="strip-row">
              <div className="strip-name">
                <div className="strip-who">
                  <span className="strip-model">
                    <ModelName name={row.model} />
                  </span>
                  <span className="strip-provider ellipsis">{toServedBy(row)}</span>
                </div>
              </div>
              <LaneTrack
                position={row.durationMs / longestMs}
                ttftMs={row.ttftMs}
                tickAt={(row.ttftMs ?? 0) / longestMs}
              />
              <div className="strip-clock">
                <span className="strip-time">
                  {toSeconds(row.durationMs)}
                  <span className="unit">s</span>
                </span>
              </div>
            </li>
          ))}
        </ol>
      </div>
    </section>
  )
}

function hasDuration(row: GatewayRow): row is GatewayRow & { durationMs: number } {
  return row.durationMs !== null && row.durationMs > 0
}
