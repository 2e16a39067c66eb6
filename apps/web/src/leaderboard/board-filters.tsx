/** What the board is about: four choices, each of which is in the address. */
import '../race/setup.css'
import { type LeaderboardQuery, timeSpans } from '@drag-race/contracts'
import type { ReactNode } from 'react'
import { usePrompts } from '../race/use-library.ts'
import { measuresShown, measureWords } from './measure-words.ts'

interface BoardFiltersProps {
  query: LeaderboardQuery
  onChange: (part: Partial<LeaderboardQuery>) => void
}

const spanNames = { day: 'a day', week: 'a week', month: '30 days', all: 'all time' }
const streams = [undefined, 'on', 'off'] as const

export function BoardFilters({ query, onChange }: BoardFiltersProps) {
  return (
    <form
      className="board-filters"
      aria-label="What the board shows"
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice legend="Finish line">
        {measuresShown.map((by) => (
          <Option
            key={by}
            name="by"
            label={measureWords[by].choice}
            isChosen={query.by === by}
            onChoose={() => onChange({ by })}
          />
        ))}
      </Choice>
      <Choice legend="Streaming">
        {streams.map((stream) => (
          <Option
            key={stream ?? 'any'}
            name="stream"
            label={stream ?? 'any'}
            isChosen={query.stream === stream}
            onChoose={() => onChange({ stream })}
          />
        ))}
      </Choice>
      <Choice legend="Within">
        {timeSpans.map((span) => (
          <Option
            key={span}
            name="span"
            label={spanNames[span]}
            isChosen={query.span === span}
            onChoose={() => onChange({ span })}
          />
        ))}
      </Choice>
      <Category query={query} onChange={onChange} />
    </form>
  )
}

function Choice({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {children}
    </fieldset>
  )
}

interface OptionProps {
  name: string
  label: string
  isChosen: boolean
  onChoose: () => void
}

function Option({ name, label, isChosen, onChoose }: OptionProps) {
  return (
    <label className="choice-option">
      <input type="radio" name={name} checked={isChosen} onChange={onChoose} />
      <span className="choice-name">{label}</span>
    </label>
  )
}

function Category({ query, onChange }: BoardFiltersProps) {
  const prompts = usePrompts()
  // What the address asks for is offered, even when no prompt of it is left.
  const chosen = query.category === undefined ? [] : [query.category]
  const categories = new Set([...(prompts.data ?? []).map(({ category }) => category), ...chosen])
  return (
    <label className="board-category">
      <span className="dim">Prompts</span>
      <select
        className="field"
        value={query.category ?? ''}
        onChange={(event) => onChange({ category: event.currentTarget.value || undefined })}
      >
        <option value="">all</option>
        {[...categories].map((category) => (
          <option key={category}>{category}</option>
        ))}
      </select>
    </label>
  )
}
