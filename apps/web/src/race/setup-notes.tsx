/** What prevents a race, above the strip: no app, no gateway, no model, or a refusal that concerns no single field. */
import type { ModelList } from '@drag-race/contracts'
import type { UseQueryResult } from '@tanstack/react-query'

export function SetupNotes({ models, problems }: { models: UseQueryResult<ModelList>; problems: string[] }) {
  const notes = [...problems, ...toModelNotes(models)]
  if (notes.length === 0) return null
  return (
    <div className="setup-notes" role="alert">
      {notes.map((note) => (
        <p key={note} className="note note-bad">
          {note}
        </p>
      ))}
      {(models.error || models.data?.problem) && (
        <button type="button" className="button-plain" onClick={() => void models.refetch()}>
          Ask again
        </button>
      )}
    </div>
  )
}

function toModelNotes({ data, error }: UseQueryResult<ModelList>): string[] {
  if (error) return [`The models could not be read. ${error.message}`]
  if (!data) return []
  if (data.problem !== null) return [data.problem]
  if (data.models.length === 0) return ['The gateway names no models. Add one to gateway.yaml.']
  if (data.models.every((model) => !model.available)) {
    return ['No model can race yet. Open a lane’s list of models: each says which variable to set.']
  }
  return []
}
