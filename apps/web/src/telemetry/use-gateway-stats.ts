/** What the gateway counts: every two seconds while a race runs, once more when it has ended, slowly otherwise. */
import type { GatewayStats } from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useNow } from '../look/use-now.ts'
import { readJson } from '../read-json.ts'

export function useGatewayStats({ raceId, isRacing }: { raceId: string | null; isRacing: boolean }) {
  const path =
    raceId === null ? '/api/gateway-stats' : `/api/gateway-stats?race=${encodeURIComponent(raceId)}`
  const query = useQuery({
    queryKey: ['gateway-stats', raceId],
    queryFn: ({ signal }) => readJson<GatewayStats>(path, { signal }),
    refetchInterval: isRacing ? 2000 : 15_000,
  })
  const { refetch } = query
  // The gateway counts a call when its last byte is sent: only the reading after the end holds them all.
  useEffect(() => {
    if (raceId !== null && !isRacing) void refetch()
  }, [raceId, isRacing, refetch])
  return query
}

/** `just now`, `4 s ago`: counted from when this browser got the answer. */
export function useAgo(updatedAtMs: number): string {
  const seconds = Math.max(0, Math.round((useNow(1_000) - updatedAtMs) / 1000))
  return seconds < 2 ? 'just now' : `${seconds} s ago`
}
