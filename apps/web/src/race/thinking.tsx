/** What the model reasoned before it answered: folded, and not rendered until it is opened. */
import { useState } from 'react'

export function Thinking({ text, isOpen }: { text: string; isOpen: boolean }) {
  const [isShown, setIsShown] = useState(false)
  return (
    <details className="thinking" onToggle={(event) => setIsShown(event.currentTarget.open)}>
      <summary>{isOpen ? 'thinking …' : 'thinking'}</summary>
      {isShown && <p className="thinking-text">{text}</p>}
    </details>
  )
}
