/** Plate, name and streaming switch over the lane's line; the same in the setup and in the race. */
import type { ReactNode } from 'react'
import { ModelName } from '../look/model-name.tsx'
import { Plate } from '../look/plate.tsx'
import { Switch } from '../look/switch.tsx'

interface LaneHeadProps {
  lane: number
  model: string
  /** Who serves it; "simulated" for the simulator. */
  provider: string
  stream: boolean
  /** null: nothing to be chosen, or nothing any more; a word says how it was. */
  onStream: ((isOn: boolean) => void) | null
  /** Under the switch: what it will do, when that is not at once. */
  note?: string | null
  /** Beside the switch: what else can be done. */
  children?: ReactNode
}

export function LaneHead({ lane, model, provider, stream, onStream, note = null, children }: LaneHeadProps) {
  return (
    <header className="lane-head">
      <Plate lane={lane} label="" />
      <h2 className="lane-name ellipsis">
        <span className="visually-hidden">Lane {lane + 1}: </span>
        <ModelName name={model} />
      </h2>
      <p className="lane-provider ellipsis">{provider}</p>
      <div className="lane-aside">
        {children}
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
