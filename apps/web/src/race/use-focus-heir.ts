/** For a button that is removed by its own action. */
import { useLayoutEffect, useRef } from 'react'

/** When the button is removed, its focus goes to the nearest element around it that can have it, not to the page. */
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
