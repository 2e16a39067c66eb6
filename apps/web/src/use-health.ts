/** Whether the app and its gateway answer, and the clock's margin: every 15 s, or 3 s while something is wrong. */
import type { Health } from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import { useRace } from './race/the-race.ts'
import { readJson } from './read-json.ts'

export function useHealth() {
  const isCutOff = useRace(({ feed }) => feed.state === 'reconnecting')
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => readJson<Health>('/api/health', { signal }),
    refetchInterval: ({ state }) => (state.error || isCutOff || !isWell(state.data) ? 3000 : 15_000),
  })
}

const isWell = (health: Health | undefined) => health?.gateway.isReachable && health.races.unwritten === 0
