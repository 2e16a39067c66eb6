/** While a race runs: how far the screen is behind its tape. */
import { useRace } from './the-race.ts'

const hint =
  'The longest time in the last second from an event’s arrival in this tab to the frame that shows it. ' +
  'Times are stamped on the tape, so no figure of the race depends on it.'

export function ScreenLagFigure() {
  const lagMs = useRace((store) => store.screenLagMs)
  const isRunning = useRace(({ race }) => race.raceId !== null && race.end === null)
  if (!isRunning || lagMs === null) return null
  return (
    <span className="dim" data-screen-lag-ms={lagMs} title={hint}>
      screen {lagMs} ms behind
    </span>
  )
}
