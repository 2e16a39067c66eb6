/** What is asked, the lights, and the button: the top of the sheet, the same before, during and after a race. */
import './start-bar.css'
import type { ReactNode } from 'react'
import { Tree, type TreeState } from './tree.tsx'

export function StartBar({
  prompt,
  tree,
  button,
  children,
}: {
  prompt: ReactNode
  tree: TreeState
  button: { label: string; onPress: () => void; isDisabled: boolean }
  /** The line below: finish line, prompt library, what else can be done. */
  children: ReactNode
}) {
  return (
    <section className="start-bar" aria-label="Start">
      <div className="start-prompt">{prompt}</div>
      <div className="start-lights">
        <Tree state={tree} />
        <button
          type="button"
          className="button-main start-button"
          aria-keyshortcuts="Control+Enter Meta+Enter"
          disabled={button.isDisabled}
          onClick={button.onPress}
        >
          {button.label}
        </button>
      </div>
      <div className="start-line">{children}</div>
    </section>
  )
}
