/** The list of a model picker: by provider, the chosen model marked, models that cannot race with the reason. */
import type { ModelInfo } from '@drag-race/contracts'
import { useEffect, useRef } from 'react'
import { type ModelGroup, toUnavailableText } from './model-choice.ts'

interface ModelListProps {
  id: string
  label: string
  groups: ModelGroup[]
  chosen: string
  active: string | null
  toOptionId: (model: string) => string
  onChoose: (model: string) => void
}

export function ModelList({ id, label, groups, chosen, active, toOptionId, onChoose }: ModelListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active !== null)
      list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const canRace = groups.some(({ models }) => models.some(({ available }) => available))
  return (
    <div ref={list} id={id} className="picker-list" role="listbox" aria-label={label}>
      {!canRace && <p className="picker-none dim">{toNoneText(groups)}</p>}
      {groups.map(({ provider, models }) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of a listbox, not of a form
        <div key={provider} role="group" aria-label={provider}>
          <div className="picker-provider" aria-hidden="true">
            {provider}
          </div>
          {models.map((model) => {
            const reason = toUnavailableText(model)
            return (
              // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active option
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field
              <div
                key={model.id}
                id={toOptionId(model.id)}
                className="picker-option"
                role="option"
                aria-selected={model.id === chosen}
                aria-disabled={reason !== null}
                data-active={model.id === active}
                title={model.description ?? model.reason ?? undefined}
                // The field must not lose focus before the click arrives.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => reason === null && onChoose(model.id)}
              >
                <span className="picker-model">{model.id}</span>
                <span className="picker-reason">{reason ?? toKind(model)}</span>
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}

function toNoneText(groups: readonly ModelGroup[]): string {
  return groups.length === 0 ? 'No model of that name.' : 'None of these can race: each says why.'
}

function toKind({ virtual, discovered }: ModelInfo): string {
  return virtual ? 'several models' : discovered ? 'on this machine' : ''
}
