/** A lane on the strip before the race: its model, its car on the start line, and buttons to copy and remove it. */
import type { ModelInfo } from '@drag-race/contracts'
import { DuplicateIcon, RemoveIcon } from '../look/icons.tsx'
import { Plate } from '../look/plate.tsx'
import { LaneTrack } from './lane-track.tsx'
import { ModelPicker } from './model-picker.tsx'
import type { SetupLane } from './setup.ts'
import { useSetup } from './setup-store.ts'

interface SetupRowProps {
  index: number
  lane: SetupLane
  models: readonly ModelInfo[]
  problems: string[]
}

export function SetupRow({ index, lane, models, problems }: SetupRowProps) {
  const { changeLane, duplicateLane, removeLane } = useSetup()
  const number = index + 1
  return (
    <li className="strip-row" data-lane={index}>
      <div className="strip-name">
        <Plate lane={index} />
        <ModelPicker
          label={`Model of lane ${number}`}
          models={models}
          chosen={lane.model}
          onChoose={(model) => changeLane(index, { model })}
        />
      </div>
      <LaneTrack position={0} ttftMs={null} />
      <div className="strip-clock strip-actions">
        <button type="button" className="strip-action" title="Duplicate" onClick={() => duplicateLane(index)}>
          <DuplicateIcon />
          <span className="visually-hidden">Duplicate lane {number}</span>
        </button>
        <button
          type="button"
          className="strip-action"
          title="Remove"
          onClick={(event) => {
            leaveFocus(event.currentTarget)
            removeLane(index)
          }}
        >
          <RemoveIcon />
          <span className="visually-hidden">Remove lane {number}</span>
        </button>
      </div>
      {problems.length > 0 && <p className="strip-problem field-error">{problems.join(' ')}</p>}
    </li>
  )
}

/**
 * When the last row is removed, the focus goes to the row before it, or to "Add lane". Rows have their index as key:
 * when any other row is removed, the next lane's button takes over the element, and the focus with it.
 */
function leaveFocus(button: HTMLElement) {
  const row = button.closest('.strip-row')
  if (button !== document.activeElement || !row || row.nextElementSibling) return
  const heir = row.previousElementSibling?.querySelector<HTMLElement>('.strip-action:last-of-type')
  const add = row.closest('.strip')?.querySelector<HTMLElement>('.strip-add')
  ;(heir ?? add)?.focus()
}
