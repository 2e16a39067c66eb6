/**
 * Adds, changes and deletes prompts of one's own; the list is read again after each. What is to happen on the page
 * then is given to `mutate`: nothing does when the dialog is closed.
 */
import type { Prompt, PromptInput } from '@drag-race/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { readJson } from '../read-json.ts'

/** Adds a prompt where the draft's `id` is null, else changes that one. `onSaved` is called in any case. */
export function useSavePrompt<Draft extends { id: string | null }>(onSaved: (draft: Draft) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ draft: { id }, input }: { draft: Draft; input: PromptInput }) =>
      readJson<Prompt>(id === null ? '/api/prompts' : toPath(id), {
        method: id === null ? 'POST' : 'PUT',
        body: JSON.stringify(input),
      }),
    onSuccess: async (_, { draft }) => {
      await client.invalidateQueries({ queryKey: ['prompts'] })
      onSaved(draft)
    },
  })
}

export function useDeletePrompt() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => readJson<null>(toPath(id), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['prompts'] }),
  })
}

function toPath(id: string): string {
  return `/api/prompts/${encodeURIComponent(id)}`
}
