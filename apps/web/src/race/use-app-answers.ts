/**
 * Whether the app answers while the connection to a race is lost, or after a start that was not answered: only if it
 * does, the race goes on. null: the connection stands, or the answer is not known yet.
 */
import { useEffect, useState } from 'react'
import { useHealth } from '../use-health.ts'
import { useRace } from './the-race.ts'

export function useAppAnswers(): boolean | null {
  const isLost = useRace(
    ({ feed }) =>
      feed.state === 'reconnecting' || (feed.state === 'refused' && feed.problem.code === 'unreachable'),
  )
  const { error, failureCount, dataUpdatedAt, refetch } = useHealth()
  const [lostAtMs, setLostAtMs] = useState<number | null>(null)
  useEffect(() => {
    setLostAtMs(isLost ? Date.now() : null)
    // Earlier answers say nothing about now.
    if (isLost) void refetch()
  }, [isLost, refetch])
  if (!isLost || lostAtMs === null) return null
  // The first failure is enough: the query asks three times, over seconds, before it reports an error.
  if (error || failureCount > 0) return false
  return dataUpdatedAt >= lostAtMs ? true : null
}
