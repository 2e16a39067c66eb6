/** Whether the app and its gateway answer, and the clock's margin. */
import type { Health } from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import { useRace } from './race/the-race.ts'
import { readJson } from './read-json.ts'

export function useHealth() {
  const isCutOff = useRace(({ feed }) => feed.state === 'reconnecting')
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => readJson<Health>('/api/health', { signal }),
    refetchInterval: ({ state }) => (isCutOff ? 3000 : toHealthMs(state.error ? undefined : state.data)),
  })
}

/** How long the answer holds: 15 s, or 3 s while something is wrong or not known, or the clock is being calibrated. */
export function toHealthMs(health: Health | undefined): number {
  const isWell = health?.gateway.isReachable && health.races.unwritten === 0 && !health.isCalibrating
  return isWell ? 15_000 : 3000
}
