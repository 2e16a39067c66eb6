/**
 * An answer in its lane. One that grows is rendered as it grows. A finished one of many pages is rendered when its lane comes
 * near the view: sixteen of 20,000 tokens would keep the page from opening for seconds.
 */
import { type RefObject, startTransition, useEffect, useState } from 'react'
import { Markdown } from '../markdown/markdown.tsx'

/** Less than this costs a frame or two at most. */
const atOnceChars = 12_000

interface LaneAnswerProps {
  text: string
  isOpen: boolean
  /** The lane's own scrolling box. */
  scroller: RefObject<HTMLElement | null>
}

export function LaneAnswer({ text, isOpen, scroller }: LaneAnswerProps) {
  const [isDue, setIsDue] = useState(isOpen || text.length < atOnceChars)
  useEffect(() => {
    const box = scroller.current
    if (isDue || !box) return undefined
    // Once is enough: what was rendered stays.
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) startTransition(() => setIsDue(true))
      },
      { rootMargin: '200px' },
    )
    observer.observe(box)
    return () => observer.disconnect()
  }, [isDue, scroller])

  if (!isDue) return <p className="dim">…</p>
  return (
    <div className={isOpen ? 'lane-answer lane-answer-open' : 'lane-answer'}>
      <Markdown text={text} isOpen={isOpen} />
    </div>
  )
}
