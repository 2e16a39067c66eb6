/** The prompt library: what ships with the app, and what one has written oneself, by category. */
import './prompts.css'
import type { Prompt } from '@drag-race/contracts'
import { type ReactNode, useId, useState } from 'react'
import { ConfirmDialog } from '../look/confirm-dialog.tsx'
import { usePrompts } from '../race/use-library.ts'
import { usePageTitle } from '../use-page-title.ts'
import { byCategory } from './by-category.ts'
import { PromptEntry } from './prompt-entry.tsx'
import { type Draft, emptyDraft, PromptForm, toDraft } from './prompt-form.tsx'
import { useDeletePrompt } from './use-own-prompts.ts'

export function PromptsPage() {
  usePageTitle('Prompts')
  const prompts = usePrompts()
  const [draft, setDraft] = useState<Draft | null>(null)
  /** What was typed of a new prompt when its form was closed: it stands there again. */
  const [kept, setKept] = useState(emptyDraft)
  const [doomed, setDoomed] = useState<Prompt | null>(null)
  const groups = byCategory(prompts.data ?? [])
  return (
    <div className="page">
      <div className="prompts-head">
        <div>
          <h1>Prompts</h1>
          <p className="page-lede">Ask the same thing again, and its races can be compared.</p>
        </div>
        <button type="button" className="button-main" onClick={() => setDraft(kept)}>
          Add a prompt
        </button>
      </div>
      {prompts.error && (
        <div className="note note-bad" role="alert">
          <p>The prompts could not be read. {prompts.error.message}</p>
          <button type="button" className="button-plain" onClick={() => void prompts.refetch()}>
            Try again
          </button>
        </div>
      )}
      {prompts.isPending && !prompts.error && <p className="dim">Reading the library …</p>}
      {groups.map(([category, list]) => (
        <Category key={category} name={category}>
          {list.map((prompt) => (
            <PromptEntry
              key={prompt.id}
              prompt={prompt}
              onEdit={() => setDraft(toDraft(prompt))}
              onDelete={() => setDoomed(prompt)}
            />
          ))}
        </Category>
      ))}
      {draft && (
        <PromptForm
          draft={draft}
          categories={groups.map(([category]) => category)}
          onClose={(unsaved) => {
            if (draft === kept) setKept(unsaved ?? emptyDraft)
            setDraft(null)
          }}
        />
      )}
      {doomed && <DeleteDialog prompt={doomed} onClose={() => setDoomed(null)} />}
    </div>
  )
}

function Category({ name, children }: { name: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className="prompts-category" aria-labelledby={id}>
      <h2 id={id}>{name}</h2>
      <ul>{children}</ul>
    </section>
  )
}

function DeleteDialog({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const deletion = useDeletePrompt(onClose)
  return (
    <ConfirmDialog
      title={`Delete “${prompt.title}”?`}
      action="Delete"
      isBusy={deletion.isPending}
      problem={deletion.error?.message ?? null}
      onConfirm={() => deletion.mutate(prompt.id)}
      onClose={onClose}
    >
      <p>The races that were run with it stay in the history.</p>
    </ConfirmDialog>
  )
}
