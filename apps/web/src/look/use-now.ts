/** The wall clock for "3 min ago", told anew every so many milliseconds: of no use for measuring anything. */
import { useEffect, useState } from 'react'

export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}
