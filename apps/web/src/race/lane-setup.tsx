/** A lane's panel before the race: streaming, a line about the model, and the settings, folded away. */
import type { ModelInfo } from '@drag-race/contracts'
import type { ReactNode } from 'react'
import { toProviderName } from '../provider-name.ts'
import { LaneHead } from './lane-head.tsx'
import { toLaneId } from './lanes.tsx'
import type { SetupLane } from './setup.ts'
import { useSetup } from './setup-store.ts'

interface LaneSetupProps {
  index: number
  lane: SetupLane
  models: readonly ModelInfo[]
}

export function LaneSetup({ index, lane, models }: LaneSetupProps) {
  const changeLane = useSetup((store) => store.changeLane)
  const model = models.find(({ id }) => id === lane.model)
  const change = (part: Partial<SetupLane>) => changeLane(index, part)
  const isChanged = [lane.temperature, lane.maxTokens, lane.metadata, lane.system].some((text) => text !== '')
  return (
    <article
      id={toLaneId(index)}
      className="lane"
      data-lane={index}
      aria-label={`Lane ${index + 1}, ${lane.model}`}
    >
      <LaneHead
        lane={index}
        model={lane.model || 'no model'}
        provider={model ? toProviderName(model) : ''}
        stream={lane.stream}
        onStream={(stream) => change({ stream })}
      />
      <div className="lane-setup">
        <details className="lane-settings" open={isChanged || undefined}>
          <summary>Settings{isChanged ? ' (changed)' : ''}</summary>
          <Setting label="temperature">
            <input
              className="field"
              inputMode="decimal"
              placeholder="the model’s own"
              value={lane.temperature}
              onChange={(event) => change({ temperature: event.currentTarget.value })}
            />
          </Setting>
          <Setting label="max tokens">
            <input
              className="field"
              inputMode="numeric"
              placeholder="no limit"
              value={lane.maxTokens}
              onChange={(event) => change({ maxTokens: event.currentTarget.value })}
            />
          </Setting>
          <Setting label="metadata">
            <textarea
              className="field"
              dir="auto"
              rows={1}
              placeholder="none, or task=summary"
              value={lane.metadata}
              onChange={(event) => change({ metadata: event.currentTarget.value })}
            />
          </Setting>
          <Setting label="system prompt">
            <textarea
              className="field"
              dir="auto"
              rows={2}
              placeholder="none"
              value={lane.system}
              onChange={(event) => change({ system: event.currentTarget.value })}
            />
          </Setting>
        </details>
        <div className="lane-waiting">
          <p className="lane-waiting-clock">
            0.00<span className="lane-waiting-unit">s</span>
          </p>
          <p className="dim">{toAbout(model)}</p>
        </div>
      </div>
    </article>
  )
}

function Setting({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="lane-setting">
      <span className="label">{label}</span>
      {children}
    </label>
  )
}

function toAbout(model: ModelInfo | undefined): string {
  if (!model) return 'Choose a model on the strip.'
  if (!model.available) return model.reason ?? 'Not available.'
  return model.description ?? 'staged'
}
