/**
 * Highlighted code, once the block is complete; null until then, and where the language is unknown. The grammars are
 * loaded when the first block needs them, and the work waits until the browser is idle.
 */
import { type ReactNode, startTransition, useEffect, useState } from 'react'

/** Highlighting this takes about 10 ms; longer code stays plain. */
const charsMax = 20_000

export function useHighlight(
  language: string,
  sealed: readonly string[],
  open: string,
  isSealed: boolean,
): ReactNode | null {
  const [marked, setMarked] = useState<{ text: string; nodes: ReactNode } | null>(null)
  const text = isSealed && language !== '' ? sealed.join('') + open : ''
  useEffect(() => {
    if (text === '' || text.length > charsMax) return undefined
    let isGone = false
    // When the grammars cannot be loaded, the code stays plain.
    const mark = async () => {
      const { highlight } = await import('./highlight.ts')
      const nodes = isGone ? null : highlight(language, text)
      if (nodes && !isGone) startTransition(() => setMarked({ text, nodes }))
    }
    const cancel = whenIdle(() => mark().catch(() => {}))
    return () => {
      isGone = true
      cancel()
    }
  }, [language, text])
  return marked && marked.text === text ? marked.nodes : null
}

function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(work, { timeout: 2000 })
    return () => cancelIdleCallback(handle)
  }
  const handle = setTimeout(work, 50)
  return () => clearTimeout(handle)
}
