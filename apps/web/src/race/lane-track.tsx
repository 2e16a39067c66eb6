/** One lane's track: start line, the trail behind the car, the tick of the first token, the car, the finish. */
import './lane-track.css'
import { toMs } from '../look/figures.ts'
import { Car } from './car.tsx'
import { tickPosition } from './track.ts'

interface LaneTrackProps {
  /** 0 at the start line, 1 at the finish. */
  position: number
  ttftMs: number | null
  /** Where the first token's tick is, from 0 to 1; left out: by the scale of `tickPosition`. */
  tickAt?: number
  /** The lane is out of the race: the car stands where it stopped, pale. */
  isOut?: boolean
}

export function LaneTrack({
  position,
  ttftMs,
  tickAt = tickPosition(ttftMs ?? 0),
  isOut = false,
}: LaneTrackProps) {
  return (
    <div className={isOut ? 'track track-out' : 'track'} aria-hidden="true">
      <div className="track-finish" />
      <div className="track-run">
        <div className="track-trail" style={{ transform: `scaleX(${position})` }} />
        {ttftMs !== null && (
          <div
            // From the middle of the track on, there is more room for the label before the tick than behind it.
            className={tickAt >= 0.5 ? 'track-tick track-tick-late' : 'track-tick'}
            style={{ transform: `translateX(${tickAt * 100}%)` }}
          >
            <span className="track-tick-label">{toMs(ttftMs)} ms</span>
          </div>
        )}
        <div className="track-car" style={{ transform: `translateX(${(position - 1) * 100}%)` }}>
          <Car />
        </div>
      </div>
    </div>
  )
}
