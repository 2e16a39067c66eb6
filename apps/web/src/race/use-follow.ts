/**
 * Keeps the end of a growing answer in view, unless the reader scrolls up, until the reader is back at the end. When
 * the answer is whole, the view goes to its beginning, where the slip is.
 */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/** A view nearer to the end than this, a line and a half, counts as being there. */
const nearPx = 40

export function useFollow(element: RefObject<HTMLElement | null>, length: number, isOpen: boolean) {
  const [isFollowing, setIsFollowing] = useState(true)
  const wasOpen = useRef(isOpen)
  useLayoutEffect(() => {
    const box = element.current
    if (!box || !isFollowing) return
    if (isOpen) box.scrollTop = box.scrollHeight
    else if (wasOpen.current) box.scrollTop = 0
    wasOpen.current = isOpen
  }, [length, isOpen])

  const onScroll = () => {
    const box = element.current
    if (box && isOpen) setIsFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < nearPx)
  }
  const follow = () => {
    setIsFollowing(true)
    const box = element.current
    if (box) box.scrollTop = box.scrollHeight
  }
  return { isFollowing, follow, onScroll }
}
