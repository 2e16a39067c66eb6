/**
 * An answer in its lane. A short one is rendered as it comes. A long one is rendered only while its lane is near the
 * view, and after everything else when much of it comes at once (an opened tape, a seek in a replay): sixteen answers
 * of 20,000 tokens would keep the page from opening for seconds. Of an answer that is whole, the beginning comes first.
 */
import { type RefObject, startTransition, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useIsPrinting } from '../look/use-is-printing.ts'
import { Markdown } from '../markdown/markdown.tsx'

/** A shorter answer costs a frame or two at most, in view or not. */
const shortChars = 12_000
/** An answer that grew or shrank by less is rendered with the rest of the frame: a live lane is never late. */
const stepChars = 4_000

interface LaneAnswerProps {
  text: string
  isOpen: boolean
  /** The lane's own scrolling box. */
  scroller: RefObject<HTMLElement | null>
}

export function LaneAnswer({ text, isOpen, scroller }: LaneAnswerProps) {
  const isPrinting = useIsPrinting()
  const isNear = useIsNear(scroller) || isPrinting
  const newest = useRef(nothing)
  const hasChanged = newest.current.text !== text || newest.current.isOpen !== isOpen
  if (hasChanged && (isNear || text.length < shortChars))
    newest.current = { text, isOpen, isLong: !isOpen && text.length >= shortChars }
  if (newest.current.text === '') return <p className="dim">…</p>
  return <SettlingAnswer newest={newest.current} isPrinting={isPrinting} />
}

interface Answer {
  text: string
  isOpen: boolean
  /** It is long, and whole. */
  isLong: boolean
}

function SettlingAnswer({ newest, isPrinting }: { newest: Answer; isPrinting: boolean }) {
  const settled = useDeferredValue(newest, toBeginning(newest))
  const isStep = Math.abs(newest.text.length - settled.text.length) < stepChars
  const shown = isStep || isPrinting ? newest : settled

  if (shown.text === '') return <p className="dim">…</p>
  return (
    <div className={toClasses(shown)}>
      <Markdown text={shown.text} isOpen={shown.isOpen} />
    </div>
  )
}

/** More than a screenful of a long answer that is whole; of one that grows, which is read at its end, nothing. */
function toBeginning({ text, isLong }: Answer): Answer {
  return isLong ? { text: text.slice(0, stepChars), isOpen: true, isLong } : nothing
}

/** In a long answer that is whole, only the part near the view is laid out. */
function toClasses({ isOpen, isLong }: Answer): string {
  if (isLong) return 'lane-answer lane-answer-long'
  return isOpen ? 'lane-answer lane-answer-open' : 'lane-answer'
}

const nothing: Answer = { text: '', isOpen: true, isLong: false }

function useIsNear(scroller: RefObject<HTMLElement | null>): boolean {
  const [isNear, setIsNear] = useState(false)
  useEffect(() => {
    const box = scroller.current
    if (!box) return undefined
    const observer = new IntersectionObserver(
      (entries) => startTransition(() => setIsNear(entries.at(-1)?.isIntersecting ?? false)),
      { rootMargin: '200px' },
    )
    observer.observe(box)
    return () => observer.disconnect()
  }, [scroller])
  return isNear
}
