/** A part of the page that scrolls by itself: named, and in the tab order, so that it can be scrolled by keyboard. */
import type { ReactNode, Ref } from 'react'

interface ScrollBoxProps {
  label: string
  className: string
  /** `auto` for text that people or models wrote, which can be in any script. */
  dir?: 'auto'
  ref?: Ref<HTMLElement>
  onScroll?: () => void
  children: ReactNode
}

export function ScrollBox({ label, className, dir, ref, onScroll, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the arrow keys
    <section ref={ref} className={className} dir={dir} aria-label={label} tabIndex={0} onScroll={onScroll}>
      {children}
    </section>
  )
}
