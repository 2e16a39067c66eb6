/**
 * A question that must be answered before anything else: the browser's own modal dialog, which keeps the focus inside,
 * closes on Escape and gives the focus back to where it was.
 */
import './dialog.css'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'

export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string
  /** Called on Escape. Buttons that close the dialog are among the children. */
  onClose: () => void
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // The dialog is closed before it is removed from the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  )
}
