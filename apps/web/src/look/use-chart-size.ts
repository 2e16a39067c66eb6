/** The width of a chart, and the size of the page's type, which its margins follow: both change with the window. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { useIsPrinting } from './use-is-printing.ts'

export interface ChartSize {
  /** 0 until it is known. */
  widthPx: number
  remPx: number
}

/**
 * A4 without its margins, and the size of the type on it (base.css). Paper is not measured, because its layout comes
 * only after the chart is drawn. On other paper the chart is scaled a little.
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
