/** Plate, name and streaming switch over the lane's line; the same in the setup and in the race. */
import type { ReactNode } from 'react'
import { Plate } from '../look/plate.tsx'
import { Switch } from '../look/switch.tsx'

interface LaneHeadProps {
  lane: number
  model: string
  simulated: boolean
  stream: boolean
  onStream: (isOn: boolean) => void
  /** Said under the line: what a flipped switch will do. */
  note?: ReactNode
}

export function LaneHead({ lane, model, simulated, stream, onStream, note = null }: LaneHeadProps) {
  return (
    <header className="lane-head">
      <Plate lane={lane} label="" />
      <h2 className="lane-name ellipsis" title={model}>
        <span className="visually-hidden">Lane {lane + 1}: </span>
        {model}
      </h2>
      <Switch label="stream" hiddenLabel={`lane ${lane + 1}`} isOn={stream} onChange={onStream} />
      {(simulated || note !== null) && (
        <p className="lane-note">
          {simulated && <span className="lane-simulated">simulated</span>}
          {note !== null && <span className="lane-next">{note}</span>}
        </p>
      )}
    </header>
  )
}
