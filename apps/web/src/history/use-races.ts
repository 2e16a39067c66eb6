/** The kept races, newest first, a page at a time; and the deletion of one. */
import type { RacePage } from '@drag-race/contracts'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isGone, readJson } from '../read-json.ts'
import { type RaceFilters, toSearch } from './race-filters.ts'

/** One or two screens; "Older races" reads more. */
const pageRaces = 30

export function useRaces(filters: RaceFilters) {
  return useInfiniteQuery({
    queryKey: ['races', filters],
    queryFn: ({ pageParam, signal }) => {
      const search = toSearch(filters)
      search.set('limit', String(pageRaces))
      if (pageParam !== null) search.set('cursor', pageParam)
      return readJson<RacePage>(`/api/races?${search}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    // A running race becomes a result while the list is shown; a list of finished races does not change.
    refetchInterval: ({ state }) => (hasRunning(state.data?.pages) ? 3000 : false),
  })
}

/** What is to happen on the page after a deletion is given to `mutate`: nothing does when the dialog is closed. */
export function useDeleteRace() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      readJson<null>(`/api/races/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch((problem: Error) => {
        // It was deleted elsewhere: what was wanted has happened.
        if (!isGone(problem)) throw problem
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['races'] })
      void client.invalidateQueries({ queryKey: ['leaderboard'] })
    },
  })
}

/** When a race was deleted in another window, the lists that still have it are read again. */
export function useGoneFromLists(problem: Error | null) {
  const client = useQueryClient()
  const hasGone = isGone(problem)
  useEffect(() => {
    if (hasGone) void client.resetQueries({ queryKey: ['races'] })
  }, [client, hasGone])
}

function hasRunning(pages: readonly RacePage[] | undefined): boolean {
  return pages?.some(({ races }) => races.some(({ status }) => status === 'running')) ?? false
}
