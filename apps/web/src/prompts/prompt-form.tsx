/** A prompt of one's own, to be written or changed. What the API refuses stands under its field. */
import { type Prompt, PromptInput, promptCategories } from '@drag-race/contracts'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Dialog } from '../look/dialog.tsx'
import { ApiProblem } from '../read-json.ts'
import { useSavePrompt } from './use-own-prompts.ts'

export interface Draft {
  /** null for a new prompt. */
  id: string | null
  title: string
  category: string
  text: string
}

export const emptyDraft: Draft = { id: null, title: '', category: promptCategories[0], text: '' }

/** A shipped prompt cannot be changed, but copied. */
export function toDraft({ id, title, category, text, isBuiltIn }: Prompt): Draft {
  return isBuiltIn ? { id: null, title: `${title}, my way`, category, text } : { id, title, category, text }
}

interface PromptFormProps {
  draft: Draft
  /** All categories in use, to choose from. */
  categories: readonly string[]
  /** With what was typed and not saved; null when it was saved. */
  onClose: (unsaved: Draft | null) => void
  /** Also when the form was closed before. */
  onSaved: (saved: Draft) => void
}

type Problems = Partial<Record<'title' | 'category' | 'text', string>>

export function PromptForm({ draft, categories, onClose, onSaved }: PromptFormProps) {
  const [input, setInput] = useState(draft)
  const [problems, setProblems] = useState<Problems>({})
  const saving = useSavePrompt(onSaved)
  const form = useRef<HTMLFormElement>(null)
  // After each Save that is refused, the first field at fault is ready for a change, and its message is read out.
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [problems, saving.error])
  const set = (part: Partial<Draft>) => setInput({ ...input, ...part })
  const submit = () => {
    if (saving.isPending) return
    const { title, category, text } = input
    const checked = PromptInput.safeParse({ title, category, text })
    setProblems(checked.success ? {} : toProblems(checked.error.issues))
    if (checked.success)
      saving.mutate({ draft: input, input: checked.data }, { onSuccess: () => onClose(null) })
  }
  const refusal = saving.error instanceof ApiProblem ? toProblems(saving.error.details) : {}
  const isNamed = Object.keys(refusal).length > 0
  const shown = { ...refusal, ...problems }
  return (
    <Dialog
      title={input.id === null ? 'A prompt of your own' : 'Change this prompt'}
      onClose={() => onClose(input)}
    >
      <form
        ref={form}
        className="prompt-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Field label="Title" problem={shown.title}>
          {(field) => (
            <input
              {...field}
              dir="auto"
              value={input.title}
              maxLength={120}
              autoComplete="off"
              onChange={(event) => set({ title: event.currentTarget.value })}
            />
          )}
        </Field>
        <CategoryField
          categories={categories}
          value={input.category}
          problem={shown.category}
          onChange={(category) => set({ category })}
        />
        <Field label="Prompt" problem={shown.text}>
          {(field) => (
            <textarea
              {...field}
              dir="auto"
              rows={6}
              value={input.text}
              onChange={(event) => set({ text: event.currentTarget.value })}
            />
          )}
        </Field>
        {saving.error && !isNamed && (
          <p className="note note-bad" role="alert">
            {saving.error.message}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button-plain" onClick={() => onClose(input)}>
            Cancel
          </button>
          <button type="submit" className="button-main" aria-disabled={saving.isPending}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** An existing category, or a new one. */
function CategoryField({
  categories,
  value,
  problem,
  onChange,
}: {
  categories: readonly string[]
  value: string
  problem: string | undefined
  onChange: (category: string) => void
}) {
  const list = useId()
  return (
    <Field label="Category" problem={problem}>
      {(field) => (
        <>
          <input
            {...field}
            list={list}
            value={value}
            maxLength={60}
            autoComplete="off"
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          <datalist id={list}>
            {[...new Set([...promptCategories, ...categories])].map((category) => (
              <option key={category} value={category} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}

interface FieldProps {
  id: string
  className: string
  'aria-invalid': boolean
  'aria-describedby': string
}

function Field({
  label,
  problem,
  children,
}: {
  label: string
  problem: string | undefined
  children: (field: FieldProps) => ReactNode
}) {
  const id = useId()
  const problemId = `${id}-problem`
  return (
    <div>
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        className: 'field',
        'aria-invalid': problem !== undefined,
        'aria-describedby': problemId,
      })}
      <p className="field-error" id={problemId} aria-live="polite">
        {problem}
      </p>
    </div>
  )
}

/** The first problem of each field; paths come as the API writes them, or as the schema does. */
function toProblems(issues: readonly { path: string | readonly PropertyKey[]; message: string }[]): Problems {
  const problems: Problems = {}
  for (const { path, message } of issues) {
    const name = typeof path === 'string' ? path : path.join('.')
    if (name === 'title' || name === 'category' || name === 'text') problems[name] ??= message
  }
  return problems
}
