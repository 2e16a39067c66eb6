/** For a button that goes with what it did. */
import { useLayoutEffect, useRef } from 'react'

/** The focus that it has when it goes is left to what it stood in and can have it, not to the beginning of the page. */
export function useFocusHeir() {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    const leaving = button.current
    return () => {
      if (leaving === null || document.activeElement !== leaving) return
      leaving.closest<HTMLElement>('[tabindex]')?.focus({ preventScroll: true })
    }
  }, [])
  return button
}
