/** The kept races, newest first, a page at a time; and the end of one. */
import type { RacePage } from '@drag-race/contracts'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isGone, readJson } from '../read-json.ts'
import { type RaceFilters, toSearch } from './race-filters.ts'

/** A screen or two; more by "Older". */
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
    // A race that runs becomes a result while somebody looks; a finished list stays as it is.
    refetchInterval: ({ state }) => (hasRunning(state.data?.pages) ? 3000 : false),
  })
}

export function useDeleteRace(onDeleted: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      readJson<null>(`/api/races/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch((problem: Error) => {
        // Somebody else did it: what was wanted has happened.
        if (!isGone(problem)) throw problem
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['races'] })
      void client.invalidateQueries({ queryKey: ['leaderboard'] })
      onDeleted()
    },
  })
}

/** A race that was asked for and is gone, deleted in another window, goes from the lists that still have it. */
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
