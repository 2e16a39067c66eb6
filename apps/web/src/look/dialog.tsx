/**
 * A question that must be answered before anything else: the browser's own modal dialog, which keeps the focus inside,
 * closes by Escape and gives the focus back to where it came from.
 */
import './dialog.css'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'

export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string
  /** By Escape; the buttons inside are the caller's. */
  onClose: () => void
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // Closed before it leaves the page: only then does the browser give the focus back.
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
