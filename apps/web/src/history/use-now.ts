/** The wall clock for "3 min ago", twice a minute: of no use for measuring anything. */
import { useEffect, useState } from 'react'

export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
