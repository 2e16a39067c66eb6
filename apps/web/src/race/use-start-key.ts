/** Calls `start` on Ctrl+Enter, or Cmd+Enter on a Mac, anywhere on the race screen. */
import { useEffect, useRef } from 'react'

export function useStartKey(isOn: boolean, start: () => void) {
  const newest = useRef(start)
  useEffect(() => {
    newest.current = start
  })
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return
      event.preventDefault()
      newest.current()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isOn])
}
