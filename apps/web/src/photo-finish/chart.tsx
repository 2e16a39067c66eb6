/** The picture itself: axes, margin, lines, splits, the replay's cursor; and the range that is being dragged. */
import { type PointerEvent, useMemo, useState } from 'react'
import { toCount, toSeconds } from '../look/figures.ts'
import { isolate } from '../look/isolate.ts'
import { useChartSize } from '../look/use-chart-size.ts'
import type { Curve } from './curves.ts'
import { Drawing } from './drawing.tsx'
import { between, type Span } from './span.ts'

interface ChartProps {
  curves: readonly Curve[]
  span: Span
  whole: Span
  marginMs: number | null
  /** Where a replay stands, in milliseconds since the lanes' start; null without a replay. */
  cursorMs: number | null
  onSpan: (span: Span) => void
  /** Says whether the chart used the key. */
  onKey: (key: string) => boolean
  onSeek: ((laneMs: number) => void) | null
}

/** A pointer that moved less between down and up was a click, not a drag. */
const dragPxMin = 6

export function Chart({ curves, span, whole, marginMs, cursorMs, onSpan, onKey, onSeek }: ChartProps) {
  const [box, { widthPx, remPx }] = useChartSize<HTMLDivElement>()
  const [drag, setDrag] = useState<{ fromPx: number; toPx: number } | null>(null)
  // The same object while the size stays the same, so that a moving cursor does not render the drawing again.
  const frame = useMemo(() => toFrame(widthPx, remPx), [widthPx, remPx])
  const plotPx = frame.right - frame.left
  const toMs = (px: number) => span.fromMs + ((px - frame.left) / plotPx) * (span.toMs - span.fromMs)
  const toPx = (ms: number) => frame.left + ((ms - span.fromMs) / (span.toMs - span.fromMs)) * plotPx
  const pxOf = (event: PointerEvent) => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left
    return Math.min(frame.right, Math.max(frame.left, px))
  }
  const drop = (event: PointerEvent) => {
    if (!drag) return
    const px = pxOf(event)
    setDrag(null)
    if (Math.abs(px - drag.fromPx) >= dragPxMin) onSpan(between(toMs(drag.fromPx), toMs(px), whole))
    else onSeek?.(toMs(px))
  }
  const cursorPx = cursorMs === null ? null : toPx(cursorMs)

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      ref={box}
      className="photo-box"
      role="group"
      aria-label="Chart: plus and minus zoom, arrows move, 0 shows the whole race"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a chart that can be zoomed must take keys
      tabIndex={0}
      data-own-keys
      style={{ height: frame.height }}
      onKeyDown={(event) => {
        if (!event.ctrlKey && !event.metaKey && !event.altKey && onKey(event.key)) event.preventDefault()
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || widthPx === 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ fromPx: pxOf(event), toPx: pxOf(event) })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, toPx: pxOf(event) })}
      onPointerUp={drop}
      onPointerCancel={() => setDrag(null)}
    >
      {widthPx > 0 && (
        <svg
          width={widthPx}
          height={frame.height}
          viewBox={`0 0 ${widthPx} ${frame.height}`}
          role="img"
          aria-label={toSpoken(curves)}
        >
          <Drawing curves={curves} span={span} marginMs={marginMs} frame={frame} />
          {cursorPx !== null && cursorPx >= frame.left && cursorPx <= frame.right && (
            <line className="photo-cursor" x1={cursorPx} x2={cursorPx} y1={frame.top} y2={frame.bottom} />
          )}
          {drag && (
            <rect
              className="photo-drag"
              x={Math.min(drag.fromPx, drag.toPx)}
              width={Math.abs(drag.toPx - drag.fromPx)}
              y={frame.top}
              height={frame.bottom - frame.top}
            />
          )}
        </svg>
      )}
    </div>
  )
}

/** Where the plot lies within the picture, in pixels. */
export interface Frame {
  height: number
  left: number
  right: number
  top: number
  bottom: number
  remPx: number
}

function toFrame(widthPx: number, remPx: number): Frame {
  const height = Math.round(Math.max(17 * remPx, Math.min(26 * remPx, widthPx * 0.36)))
  return {
    height,
    remPx,
    left: 3.2 * remPx,
    right: widthPx - 1.4 * remPx,
    top: 1.2 * remPx,
    bottom: height - 1.9 * remPx,
  }
}

function toSpoken(curves: readonly Curve[]): string {
  const lanes = curves.map(({ lane, model, tokens, endMs, isDone }) => {
    const count = toCount(tokens.at(-1) ?? 0)
    const end = `${isDone ? 'finished' : 'ended'} after ${toSeconds(endMs)} seconds`
    return `lane ${lane + 1}, ${isolate(model)}: ${count} tokens, ${end}`
  })
  return `Tokens over time. ${lanes.join('; ')}. All splits are in the table below.`
}
