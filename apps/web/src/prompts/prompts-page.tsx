/** The prompt library: what ships with the app, and what one has written oneself, by category. */
import './prompts.css'
import type { Prompt } from '@drag-race/contracts'
import { type ReactNode, useId, useState } from 'react'
import { flushSync } from 'react-dom'
import { ConfirmDialog } from '../look/confirm-dialog.tsx'
import { usePrompts } from '../race/use-library.ts'
import { usePageTitle } from '../use-page-title.ts'
import { byCategory } from './by-category.ts'
import { PromptEntry, toPromptId } from './prompt-entry.tsx'
import { type Draft, emptyDraft, PromptForm, toDraft } from './prompt-form.tsx'
import { useDeletePrompt } from './use-own-prompts.ts'

export function PromptsPage() {
  usePageTitle('Prompts')
  const prompts = usePrompts()
  const [draft, setDraft] = useState<Draft | null>(null)
  /** What was typed of a new prompt when its form was closed: the form opens with it again. */
  const [kept, setKept] = useState(emptyDraft)
  /** The prompt that is to be deleted, and the one that then gets the focus. */
  const [doomed, setDoomed] = useState<{ prompt: Prompt; heir: Prompt | undefined } | null>(null)
  const groups = byCategory(prompts.data ?? [])
  const shown = groups.flatMap(([, list]) => list)
  const doom = (prompt: Prompt) => {
    const place = shown.indexOf(prompt)
    setDoomed({ prompt, heir: shown[place + 1] ?? shown[place - 1] })
  }
  const goOn = (heir: Prompt | undefined) => {
    // As long as the dialog is open, nothing outside of it can take the focus.
    flushSync(() => setDoomed(null))
    if (heir) document.getElementById(toPromptId(heir.id))?.focus()
  }
  return (
    <div className="page">
      <div className="prompts-head">
        <div>
          <h1>Prompts</h1>
          <p className="page-lede">Races of the same prompt can be compared.</p>
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
              onDelete={() => doom(prompt)}
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
          onSaved={(saved) => setKept((unsaved) => (unsaved === saved ? emptyDraft : unsaved))}
        />
      )}
      {doomed && (
        <DeleteDialog
          prompt={doomed.prompt}
          onClose={() => setDoomed(null)}
          onDeleted={() => goOn(doomed.heir)}
        />
      )}
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

interface DeleteDialogProps {
  prompt: Prompt
  onClose: () => void
  onDeleted: () => void
}

function DeleteDialog({ prompt, onClose, onDeleted }: DeleteDialogProps) {
  const deletion = useDeletePrompt()
  return (
    <ConfirmDialog
      title={`Delete “${prompt.title}”?`}
      action="Delete"
      isBusy={deletion.isPending}
      problem={deletion.error?.message ?? null}
      onConfirm={() => deletion.mutate(prompt.id, { onSuccess: onDeleted })}
      onClose={onClose}
    >
      <p>The races that were run with it stay in the history.</p>
    </ConfirmDialog>
  )
}
