/** A race's figures as the API keeps them. */
import type { RaceDetail } from '@drag-race/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useGoneFromLists } from '../history/use-races.ts'
import { readJson } from '../read-json.ts'

export const raceDetail = (raceId: string) =>
  queryOptions({
    queryKey: ['race', raceId],
    queryFn: ({ signal }) => readJson<RaceDetail>(`/api/races/${encodeURIComponent(raceId)}`, { signal }),
  })

export function useRaceDetail(raceId: string) {
  const detail = useQuery({
    ...raceDetail(raceId),
    // A race that has just ended may not be written yet.
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 1_000 : false),
  })
  useGoneFromLists(detail.error)
  return detail
}
