/**
 * A replay by keyboard, wherever the focus is: space plays and pauses, arrows move a twentieth of the race, with Shift
 * from event to event, Home and End go to its ends. Fields keep their keys, a button its space, and a box that scrolls
 * sideways its arrows.
 */
import { useEffect } from 'react'
import type { StoreApi } from 'zustand/vanilla'
import type { Player } from './player.ts'

const share = 1 / 20

export function useReplayKeys(player: StoreApi<Player>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTakenByTarget(event)) return
      if (press(player.getState(), event)) event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [player])
}

/** Returns whether the key means something here. */
function press(player: Player, { key, shiftKey, repeat }: KeyboardEvent): boolean {
  const { reel, cursorMs, seek, step, toggle } = player
  switch (key) {
    case ' ':
      if (!repeat) toggle()
      return true
    case 'ArrowLeft':
    case 'ArrowRight': {
      const direction = key === 'ArrowRight' ? 1 : -1
      if (shiftKey) step(direction)
      else seek(cursorMs + direction * reel.endMs * share)
      return true
    }
    case 'Home':
      seek(0)
      return true
    case 'End':
      seek(reel.endMs)
      return true
    default:
      return false
  }
}

/** The scrubber is a field too, but its keys are those above. A chart has its own arrows. */
function isTakenByTarget({ target, key, shiftKey }: KeyboardEvent): boolean {
  if (!(target instanceof Element) || target.matches('input[type=range]')) return false
  if (target.closest('[data-own-keys]')) return true
  if (/^Arrow(Left|Right)$/.test(key) && !shiftKey && isInWideBox(target)) return true
  if (target.matches('input, textarea, select, summary')) return true
  return key === ' ' && target.matches('button, a')
}

/** Wide code or a wide table: by keyboard there is no other way to the rest of a line. */
function isInWideBox(target: Element): boolean {
  const box = target.closest('[tabindex="0"]')
  return box !== null && box.scrollWidth > box.clientWidth
}
