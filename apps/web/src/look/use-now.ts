/** The wall clock for texts such as "3 min ago", renewed every `everyMs`. Nothing is measured by it. */
import { useEffect, useState } from 'react'

export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}
