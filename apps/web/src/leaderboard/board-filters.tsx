/** What the board is about: every choice is kept in the address. */
import '../look/choice.css'
import { isTagText, type LeaderboardQuery, tagsMax, timeSpans } from '@drag-race/contracts'
import type { KeyboardEvent, ReactNode } from 'react'
import { ChosenTags } from '../look/chosen-tags.tsx'
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
      <Tagged query={query} onChange={onChange} />
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

/** A tag is added with Enter, and removed by pressing it. */
function Tagged({ query, onChange }: BoardFiltersProps) {
  const tags = query.tag ?? []
  function add(event: KeyboardEvent<HTMLInputElement>) {
    const field = event.currentTarget
    field.setCustomValidity('')
    const text = field.value.trim()
    if (event.key !== 'Enter' || text === '') return
    field.setCustomValidity(whyNotAdded(text, tags))
    if (!field.reportValidity()) return
    onChange({ tag: [...new Set([...tags, text])] })
    field.value = ''
  }
  return (
    <div className="board-tags">
      <label className="board-category">
        <span className="dim">Tagged</span>
        <input className="field" dir="auto" placeholder="name:value" onKeyDown={add} />
      </label>
      <ChosenTags tags={tags} onChange={(tag) => onChange({ tag })} />
    </div>
  )
}

function whyNotAdded(text: string, tags: readonly string[]): string {
  if (!isTagText(text)) return 'Write the tag as name:value.'
  return tags.length < tagsMax ? '' : `At most ${tagsMax} tags: remove one first.`
}
