/** The gateway's models and the library's prompts, to choose from. */
import type { ModelList, Prompt } from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import { readJson } from '../read-json.ts'

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => readJson<ModelList>('/api/models', { signal }),
    // Asked again, so that a gateway that is back, or a key that was set, is seen without a reload.
    refetchInterval: ({ state }) => (!state.error && state.data?.problem === null ? 60_000 : 5000),
  })
}

export function usePrompts() {
  return useQuery({
    queryKey: ['prompts'],
    queryFn: ({ signal }) => readJson<Prompt[]>('/api/prompts', { signal }),
  })
}
