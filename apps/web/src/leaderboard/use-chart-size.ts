/** How wide a chart may be, and how large the page's type is: both change with the window, and margins follow the type. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

export interface ChartSize {
  /** 0 until it is known. */
  widthPx: number
  remPx: number
}

export function useChartSize<Box extends HTMLElement>(): [RefObject<Box | null>, ChartSize] {
  const ref = useRef<Box>(null)
  const [size, setSize] = useState<ChartSize>({ widthPx: 0, remPx: 16 })
  useLayoutEffect(() => {
    const box = ref.current
    if (!box) return
    const read = () =>
      setSize({
        widthPx: box.clientWidth,
        remPx: Number.parseFloat(getComputedStyle(document.documentElement).fontSize),
      })
    read()
    const observer = new ResizeObserver(read)
    observer.observe(box)
    return () => observer.disconnect()
  }, [])
  return [ref, size]
}
