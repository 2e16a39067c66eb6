/** The indexes of the lanes of which at least half is in view. */
import { type RefObject, useEffect, useState } from 'react'

export function useLanesInView(scroller: RefObject<HTMLElement | null>, count: number): number[] {
  const [inView, setInView] = useState<number[]>([])
  useEffect(() => {
    const root = scroller.current
    if (!root) return
    const columns = [...root.children].slice(0, count)
    const seen = new Set<number>()
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting, intersectionRatio } of entries) {
          const lane = columns.indexOf(target)
          if (isIntersecting && intersectionRatio >= 0.5) seen.add(lane)
          else seen.delete(lane)
        }
        setInView([...seen].toSorted((a, b) => a - b))
      },
      // With room above and below, only a column's width counts, however far the page is scrolled.
      { root, rootMargin: '9999px 0px', threshold: [0, 0.5, 0.6] },
    )
    for (const column of columns) observer.observe(column)
    return () => observer.disconnect()
  }, [scroller, count])
  return inView
}
