/**
 * Adds, changes and deletes prompts of one's own; the list is read again after each. What is to happen on the page
 * then is given to `mutate`: nothing does when the dialog is closed.
 */
import type { Prompt, PromptInput } from '@drag-race/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { readJson } from '../read-json.ts'

/** Adds a prompt where `id` is null, else changes that one. */
export function useSavePrompt() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, input }: { id: string | null; input: PromptInput }) =>
      readJson<Prompt>(id === null ? '/api/prompts' : toPath(id), {
        method: id === null ? 'POST' : 'PUT',
        body: JSON.stringify(input),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['prompts'] }),
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
