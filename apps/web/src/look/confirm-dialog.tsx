/** Asks before something is lost for good. What is lost is named, and the safe answer has the focus. */
import type { ReactNode } from 'react'
import { Dialog } from './dialog.tsx'
import { pressable } from './pressable.ts'

export function ConfirmDialog({
  title,
  action,
  isBusy,
  problem,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** The label of the button that confirms. */
  action: string
  isBusy: boolean
  /** Why the action failed; null when it did not. */
  problem: string | null
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="dialog-body">{children}</div>
      {problem !== null && (
        <p className="note note-bad" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog-actions">
        {/* biome-ignore lint/a11y/noAutofocus: a dialog must put the focus somewhere, and here it does no harm */}
        <button type="button" className="button-plain" autoFocus onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button-main" {...pressable(isBusy, onConfirm)}>
          {action}
        </button>
      </div>
    </Dialog>
  )
}
