/** How wide a chart may be, and how large the page's type is: both change with the window, and margins follow the type. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { useIsPrinting } from './use-is-printing.ts'

export interface ChartSize {
  /** 0 until it is known. */
  widthPx: number
  remPx: number
}

/**
 * A4 less its margins, and the type on it (base.css). The paper is not measured: its layout comes when the chart is drawn,
 * and on other paper the chart is scaled by a little.
 */
const paper: ChartSize = { widthPx: 700, remPx: 11 }

export function useChartSize<Box extends HTMLElement>(): [RefObject<Box | null>, ChartSize] {
  const ref = useRef<Box>(null)
  const isPrinting = useIsPrinting()
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
  return [ref, isPrinting ? paper : size]
}
