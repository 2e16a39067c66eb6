/** What is asked, the lights, and the button: the top of the sheet, the same before, during and after a race. */
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
  /** The line below: finish line, prompt library, what else can be done. */
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
          // Not `disabled`: that would take the focus from it at every start.
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

/** One for all bars: the one of the setup goes with the press that starts, and the next press is the race's. */
const isMeant = createPressGuard()

/** A key that is held presses again and again; and Ctrl+Enter starts, it never stops. */
function dropHeldKeys(event: KeyboardEvent) {
  if (event.key === 'Enter' && (event.repeat || event.ctrlKey || event.metaKey)) event.preventDefault()
}

/** What had the focus at the start may be gone with the green light: the button that is there then has it. */
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

/** For as long as one screen takes the place of another. */
let isFocusLeft = false

/** A bar goes with its screen, at "New race" for one: what had the focus there leaves it to the button of the next bar. */
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
