/** The link that led to another page is gone with its own: the focus goes to the new page, not to the top of the document. */
import { type RefObject, useEffect, useRef } from 'react'

export function useFocusOnPage(address: string): RefObject<HTMLElement | null> {
  const content = useRef<HTMLElement>(null)
  const last = useRef(address)
  useEffect(() => {
    if (last.current === address) return
    last.current = address
    const focused = document.activeElement
    // A page whose code is still on its way hides the one before, and with it what had the focus.
    const isGone = focused === null || focused === document.body || !focused.checkVisibility()
    if (isGone) content.current?.focus({ preventScroll: true })
  }, [address])
  return content
}
