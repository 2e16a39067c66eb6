/**
 * The model of a lane: a field that shows it, and a list to choose from, by typing or by arrows (the combobox pattern
 * of ARIA 1.2 with a listbox). Models that cannot race are listed too, greyed, with the variable to set.
 */
import './model-picker.css'
import type { ModelInfo } from '@drag-race/contracts'
import { useId, useState } from 'react'
import { nextChoice, toModelGroups } from './model-choice.ts'
import { ModelList } from './model-list.tsx'

interface ModelPickerProps {
  label: string
  models: readonly ModelInfo[]
  chosen: string
  onChoose: (id: string) => void
}

export function ModelPicker({ label, models, chosen, onChoose }: ModelPickerProps) {
  const listId = useId()
  const [isOpen, setIsOpen] = useState(false)
  /** null: nothing typed yet, so the field shows the chosen model and the list shows all. */
  const [typed, setTyped] = useState<string | null>(null)
  const [wanted, setActive] = useState<string | null>(null)
  const groups = toModelGroups(models, typed ?? '')
  const listed = groups.flatMap((group) => group.models)
  const choices = listed.filter((model) => model.available)
  // The chosen model can be missing: the gateway has it no longer, or none is chosen yet.
  const active = listed.find(({ id }) => id === wanted)?.id ?? null

  const open = () => {
    setIsOpen(true)
    setActive(chosen)
  }
  const close = () => {
    setIsOpen(false)
    setTyped(null)
    setActive(null)
  }
  const choose = (id: string) => {
    onChoose(id)
    close()
  }
  const step = (by: 1 | -1) => {
    const next = nextChoice(choices, active, by)
    if (next) setActive(next.id)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        event.preventDefault()
        if (isOpen) step(event.key === 'ArrowDown' ? 1 : -1)
        else open()
        return
      case 'Enter':
        if (!isOpen) return open()
        event.preventDefault()
        if (active !== null && choices.some(({ id }) => id === active)) choose(active)
        return
      case 'Escape':
        if (isOpen) event.preventDefault()
        return close()
    }
  }

  return (
    <div className="picker">
      <input
        className="picker-field"
        role="combobox"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && active !== null ? toOptionId(listId, active) : undefined}
        autoComplete="off"
        spellCheck={false}
        title={chosen}
        placeholder="Choose a model"
        value={typed ?? chosen}
        onClick={() => !isOpen && open()}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={close}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          const words = event.currentTarget.value
          setIsOpen(true)
          setTyped(words)
          setActive(toModelGroups(models, words).flatMap((group) => group.models)[0]?.id ?? null)
        }}
      />
      {isOpen && (
        <ModelList
          id={listId}
          label={label}
          groups={groups}
          chosen={chosen}
          active={active}
          toOptionId={(id) => toOptionId(listId, id)}
          onChoose={choose}
        />
      )}
    </div>
  )
}

function toOptionId(listId: string, model: string): string {
  return `${listId}-${encodeURIComponent(model)}`
}
