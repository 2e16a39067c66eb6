/**
 * While the connection to a race is lost, or a start was not answered: does the app answer? Only then does the race go on.
 * null: the connection stands, or nobody has heard yet.
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
    // What it said before says nothing of now.
    if (isLost) void refetch()
  }, [isLost, refetch])
  if (!isLost || lostAtMs === null) return null
  // The first failure is enough: the query asks three times, over seconds, before it calls it an error.
  if (error || failureCount > 0) return false
  return dataUpdatedAt >= lostAtMs ? true : null
}
