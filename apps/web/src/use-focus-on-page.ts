/** A link that leads to another page goes with its own page. The focus then goes to the new page, not to the top. */
import { type RefObject, useEffect, useRef } from 'react'

export function useFocusOnPage(address: string): RefObject<HTMLElement | null> {
  const content = useRef<HTMLElement>(null)
  const last = useRef(address)
  useEffect(() => {
    if (last.current === address) return
    last.current = address
    const focused = document.activeElement
    // While the code of the new page loads, the old page is hidden, and with it the element that had the focus.
    const isGone = focused === null || focused === document.body || !focused.checkVisibility()
    if (isGone) content.current?.focus({ preventScroll: true })
  }, [address])
  return content
}
