/** Plate, name and streaming switch above the lane's line; the same in the setup and in the race. */
import type { ReactNode } from 'react'
import { ModelName } from '../look/model-name.tsx'
import { Plate } from '../look/plate.tsx'
import { Switch } from '../look/switch.tsx'

interface LaneHeadProps {
  lane: number
  model: string
  /** Who serves the model; "simulated" for the simulator. */
  provider: string
  stream: boolean
  /** null where streaming cannot be chosen: a word then says how the lane was asked. */
  onStream: ((isOn: boolean) => void) | null
  /** Under the switch: when a change takes effect, where that is not at once. */
  note?: string | null
  /** Beside the name: other buttons. */
  children?: ReactNode
}

export function LaneHead({ lane, model, provider, stream, onStream, note = null, children }: LaneHeadProps) {
  return (
    <header className="lane-head">
      <Plate lane={lane} label="" />
      <div className="lane-line">
        <h2 className="lane-name ellipsis">
          <span className="visually-hidden">Lane {lane + 1}: </span>
          <ModelName name={model} />
        </h2>
        {children}
      </div>
      <div className="lane-line">
        <p className="lane-provider ellipsis">{provider}</p>
        {onStream === null ? (
          <span className="dim">{stream ? 'streamed' : 'not streamed'}</span>
        ) : (
          <Switch label="stream" hiddenLabel={`lane ${lane + 1}`} isOn={stream} onChange={onStream} />
        )}
      </div>
      {note !== null && <p className="lane-next">{note}</p>}
    </header>
  )
}
