/** A prompt of the library: what it asks, and what can be done with it. */
import type { Prompt } from '@drag-race/contracts'
import { Link } from 'wouter'

interface PromptEntryProps {
  prompt: Prompt
  /** Changes a prompt of one's own, copies a shipped one. */
  onEdit: () => void
  onDelete: () => void
}

export function PromptEntry({ prompt, onEdit, onDelete }: PromptEntryProps) {
  const { id, title, text, isBuiltIn } = prompt
  return (
    <li className="prompt-entry">
      <h3 id={toPromptId(id)} tabIndex={-1} dir="auto">
        {title}
      </h3>
      <p className="prompt-entry-text" dir="auto" title={text.length > 400 ? text.slice(0, 2000) : undefined}>
        {text.slice(0, 2000)}
      </p>
      <p className="prompt-entry-actions">
        <Link className="prompt-entry-race" href={`/?prompt=${encodeURIComponent(id)}`}>
          Race this<span className="visually-hidden"> prompt: {title}</span>
        </Link>
        <button type="button" className="button-plain" onClick={onEdit}>
          {isBuiltIn ? 'Copy' : 'Edit'}
          <span className="visually-hidden"> prompt: {title}</span>
        </button>
        {!isBuiltIn && (
          <button type="button" className="button-plain" onClick={onDelete}>
            Delete<span className="visually-hidden"> prompt: {title}</span>
          </button>
        )}
        {!isBuiltIn && <span className="dim">yours</span>}
      </p>
    </li>
  )
}

/** The id of its title, which gets the focus when the prompt beside it was deleted. */
export function toPromptId(id: string): string {
  return `prompt-${id}`
}
