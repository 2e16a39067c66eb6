/** Prompt, lights and button: the top of the page, the same before, during and after a race. */
import './start-bar.css'
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { createPressGuard } from './press-guard.ts'
import { useRace } from './the-race.ts'
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
  /** The line below: finish line, prompt library, other buttons. */
  children: ReactNode
}) {
  const main = useRef<HTMLButtonElement>(null)
  const bar = useRef<HTMLElement>(null)
  useFocusAfterStart(main)
  useFocusOfBarBefore(bar, main)
  return (
    <section ref={bar} className="start-bar" aria-label="Start">
      <div className="start-prompt">{prompt}</div>
      <div className="start-lights">
        <Tree state={tree} />
        <button
          ref={main}
          type="button"
          className="button-main start-button"
          aria-keyshortcuts="Control+Enter Meta+Enter"
          // Not `disabled`, which would take the focus from the button at every start.
          aria-disabled={button.isDisabled}
          onKeyDown={dropHeldKeys}
          onClick={(event) => {
            if (!button.isDisabled && isMeant(event.nativeEvent)) button.onPress()
          }}
        >
          {button.label}
        </button>
      </div>
      <div className="start-line">{children}</div>
    </section>
  )
}

/** One guard for all bars: the press that starts a race removes the setup's bar; the next press is on the race's. */
const isMeant = createPressGuard()

/** A key that is held would press again and again; and Ctrl+Enter only starts, it never stops. */
function dropHeldKeys(event: KeyboardEvent) {
  if (event.key === 'Enter' && (event.repeat || event.ctrlKey || event.metaKey)) event.preventDefault()
}

/** The element that had the focus at the start can be removed at the green light: the button then gets the focus. */
function useFocusAfterStart(button: RefObject<HTMLElement | null>) {
  const startedId = useRace(({ race, origin }) =>
    origin === 'start' && race.end === null ? race.raceId : null,
  )
  useEffect(() => {
    if (startedId !== null && document.activeElement === document.body) {
      button.current?.focus({ preventScroll: true })
    }
  }, [startedId, button])
}

/** Whether the bar that was just removed had the focus; true only while one screen replaces another. */
let isFocusLeft = false

/** A bar goes with its screen, for example at "New race": the focus that was in it goes to the next bar's button. */
function useFocusOfBarBefore(bar: RefObject<HTMLElement | null>, button: RefObject<HTMLElement | null>) {
  useLayoutEffect(() => {
    const leaving = bar.current
    if (isFocusLeft && document.activeElement === document.body)
      button.current?.focus({ preventScroll: true })
    isFocusLeft = false
    return () => {
      isFocusLeft = leaving?.contains(document.activeElement) ?? false
      queueMicrotask(() => {
        isFocusLeft = false
      })
    }
  }, [bar, button])
}
