/**
 * What the model reasoned before it answered: folded, and not rendered until it is opened. Until the answer begins, the
 * last lines are shown, so that the reader sees text arrive.
 */
import { useState } from 'react'

/** More than fits into three lines of the widest lane. */
const tailChars = 400

export function Thinking({ text, isOpen }: { text: string; isOpen: boolean }) {
  const [isShown, setIsShown] = useState(false)
  return (
    <div className="thinking">
      <details onToggle={(event) => setIsShown(event.currentTarget.open)}>
        <summary>{isOpen ? 'thinking …' : 'thinking'}</summary>
        {isShown && (
          <p className="thinking-text" dir="auto">
            {text}
          </p>
        )}
      </details>
      {isOpen && !isShown && (
        <p className="thinking-tail" aria-hidden="true">
          <span dir="auto">{text.slice(-tailChars)}</span>
        </p>
      )}
    </div>
  )
}
