/** Narrows the history: by words, model, category, tags and how a race ended. Words are sent when the typing pauses. */
import { promptCategories, type RaceStatus, raceStatuses } from '@drag-race/contracts'
import { useEffect, useId, useRef, useState } from 'react'
import { ChosenTags } from '../look/chosen-tags.tsx'
import { useModels, usePrompts } from '../race/use-library.ts'
import type { RaceFilters } from './race-filters.ts'

const typingPauseMs = 300

interface FilterBarProps {
  filters: RaceFilters
  /** `isTyping`: one of many small steps, which get no entries of their own in the browser's history. */
  onChange: (filters: RaceFilters, isTyping: boolean) => void
}

const statusNames: Record<RaceStatus, string> = {
  running: 'running',
  finished: 'finished',
  stopped: 'stopped by hand',
  deadline: 'time limit reached',
  interrupted: 'interrupted',
}

export function FilterBar({ filters, onChange }: FilterBarProps) {
  const models = useModels().data?.models.map(({ id }) => id) ?? []
  const ownCategories = usePrompts().data?.map(({ category }) => category) ?? []
  const set = (part: RaceFilters, isTyping = false) => onChange({ ...filters, ...part }, isTyping)
  return (
    <search className="filters">
      <TextFilter value={filters.text ?? ''} onChange={(text) => set({ text }, true)} />
      <Choice
        label="Model"
        all="any model"
        value={filters.model}
        options={models}
        onChange={(model) => set({ model })}
      />
      <Choice
        label="Category"
        all="any category"
        value={filters.category}
        options={[...promptCategories, ...ownCategories]}
        onChange={(category) => set({ category })}
      />
      <Choice
        label="Ended"
        all="in any way"
        value={filters.status}
        options={raceStatuses}
        names={statusNames}
        onChange={(status) => set({ status: raceStatuses.find((known) => known === status) })}
      />
      {filters.tag && <TagFilters tags={filters.tag} onChange={(tag) => set({ tag })} />}
    </search>
  )
}

/** Tags are chosen by pressing one on a race; here they are removed. */
function TagFilters({ tags, onChange }: { tags: readonly string[]; onChange: (tags: string[]) => void }) {
  return (
    <div className="filters-tags">
      <span className="label">Tagged</span>
      <ChosenTags tags={tags} onChange={onChange} />
    </div>
  )
}

/** A choice that is set stays among the options, also when nothing offers it any more. */
function Choice({
  label,
  all,
  value,
  options,
  names,
  onChange,
}: {
  label: string
  all: string
  value: string | undefined
  options: readonly string[]
  names?: Readonly<Record<string, string>>
  onChange: (value: string | undefined) => void
}) {
  const id = useId()
  const known = [...new Set([...options, ...(value ? [value] : [])])]
  return (
    <div>
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="field"
        value={value ?? ''}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      >
        <option value="">{all}</option>
        {known.map((option) => (
          <option key={option} value={option}>
            {names?.[option] ?? option}
          </option>
        ))}
      </select>
    </div>
  )
}

function TextFilter({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const id = useId()
  const [draft, setDraft] = useState(value)
  const sent = useRef(value)
  const send = useRef(onChange)
  send.current = onChange
  useEffect(() => {
    // Changed from outside: by "Back", or by showing all again.
    if (value !== sent.current) setDraft(value)
    sent.current = value
  }, [value])
  useEffect(() => {
    if (draft === sent.current) return undefined
    const timer = setTimeout(() => {
      sent.current = draft
      send.current(draft)
    }, typingPauseMs)
    return () => clearTimeout(timer)
  }, [draft])
  return (
    <div className="filters-text">
      <label className="label" htmlFor={id}>
        Words in prompt or answer
      </label>
      <input
        id={id}
        className="field"
        dir="auto"
        type="search"
        maxLength={200}
        value={draft}
        placeholder="any"
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
    </div>
  )
}
