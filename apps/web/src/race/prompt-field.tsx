/** The field for the prompt, as large as the prompt will be shown in the race, and the library to choose one from. */
import type { Prompt } from '@drag-race/contracts'
import type { UseQueryResult } from '@tanstack/react-query'
import { type RefObject, useState } from 'react'
import { byCategory } from '../prompts/by-category.ts'
import { useSetup } from './setup-store.ts'

export function PromptField({
  problems,
  field,
}: {
  problems: string[]
  field: RefObject<HTMLTextAreaElement | null>
}) {
  const { setup, change } = useSetup()
  return (
    <>
      <textarea
        ref={field}
        className="prompt-text prompt-input"
        dir="auto"
        aria-label="Prompt"
        aria-invalid={problems.length > 0}
        aria-describedby="prompt-problems"
        placeholder="What should the models answer?"
        rows={1}
        value={setup.prompt}
        onChange={(event) => change({ prompt: event.currentTarget.value, promptId: null })}
      />
      <div id="prompt-problems">
        {problems.map((problem) => (
          <p key={problem} className="field-error">
            {problem}
          </p>
        ))}
      </div>
    </>
  )
}

export function useLibraryToggle() {
  const [isOpen, setIsOpen] = useState(false)
  return { isOpen, toggle: () => setIsOpen((before) => !before) }
}

/** The library as an index: a column for each category, a line for each title. */
export function PromptLibrary({
  prompts,
  onChosen,
}: {
  prompts: UseQueryResult<Prompt[]>
  onChosen: () => void
}) {
  const { setup, choosePrompt } = useSetup()
  const choose = (prompt: Prompt) => {
    choosePrompt(prompt)
    onChosen()
  }
  return (
    <section id="prompt-library" className="library" aria-label="Prompt library">
      {prompts.error && (
        <p className="note note-bad">The prompts could not be read. {prompts.error.message}</p>
      )}
      {prompts.isPending && <p className="dim">Reading the library …</p>}
      {byCategory(prompts.data ?? []).map(([category, list]) => (
        <div key={category} className="library-category">
          <h2>{category}</h2>
          <ul>
            {list.map((prompt) => (
              <li key={prompt.id}>
                <button
                  type="button"
                  className="library-prompt"
                  aria-pressed={setup.promptId === prompt.id}
                  dir="auto"
                  title={prompt.text.slice(0, 300)}
                  onClick={() => choose(prompt)}
                >
                  {prompt.title}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
