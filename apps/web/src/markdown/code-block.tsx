/**
 * A block of code: its language, a button that copies it, and lines that scroll in their own box. While it streams,
 * finished lines are in pieces that never change; it is highlighted once, when it is complete.
 */
import { useRef, useState } from 'react'
import { useHighlight } from './use-highlight.ts'

export function CodeBlock({
  language,
  sealed,
  open,
  isSealed,
}: {
  language: string
  sealed: readonly string[]
  open: string
  isSealed: boolean
}) {
  const code = useRef<HTMLElement>(null)
  const highlighted = useHighlight(language, sealed, open, isSealed)
  return (
    <figure className="md-code">
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton read={() => sealed.join('') + open} code={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <pre role="group" aria-label={`Code, ${language || 'text'}`} tabIndex={0}>
        <code ref={code}>
          {highlighted ??
            [...sealed, open].map((piece, index) => (
              <span className="md-piece" key={index}>
                {piece}
              </span>
            ))}
        </code>
      </pre>
    </figure>
  )
}

type CopyState = 'idle' | 'copied' | 'selected'
const copyWords: Record<CopyState, string> = {
  idle: 'Copy',
  copied: 'Copied',
  selected: 'Selected: press Ctrl+C',
}

/** Browsers allow the clipboard only over https and on localhost; elsewhere the code is selected instead. */
function CopyButton({ read, code }: { read: () => string; code: { readonly current: HTMLElement | null } }) {
  const [state, setState] = useState<CopyState>('idle')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(read())
      setState('copied')
    } catch {
      if (code.current) getSelection()?.selectAllChildren(code.current)
      setState('selected')
    }
  }
  return (
    <button type="button" className="button-plain" onClick={copy} onBlur={() => setState('idle')}>
      <span aria-live="polite">{copyWords[state]}</span>
      <span className="visually-hidden"> code</span>
    </button>
  )
}
