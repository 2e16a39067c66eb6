/** The parts of the chart that do not change while a replay runs: scales, margin, lines, splits, plates. */
import { memo } from 'react'
import { toCount, toSplitMs } from '../look/figures.ts'
import { PlateMark } from '../look/plate-mark.tsx'
import type { Frame } from './chart.tsx'
import { type Curve, type Split, tokensAt } from './curves.ts'
import { type Point, sample } from './sample.ts'
import { type Span, ticksBetween, toTickText } from './span.ts'

interface DrawingProps {
  curves: readonly Curve[]
  span: Span
  marginMs: number | null
  frame: Frame
}

interface Scales {
  x(ms: number): number
  y(tokens: number): number
}

export const Drawing = memo(function Drawing({ curves, span, marginMs, frame }: DrawingProps) {
  const lines = curves.map((curve) => ({ curve, points: sample(curve, span.fromMs, span.toMs) }))
  const { from, to } = tokenRange(lines.map(({ points }) => points))
  const scales: Scales = {
    x: (ms) => frame.left + ((ms - span.fromMs) / (span.toMs - span.fromMs)) * (frame.right - frame.left),
    y: (tokens) => frame.bottom - ((tokens - from) / (to - from)) * (frame.bottom - frame.top),
  }
  const isSeen = (ms: number) => ms >= span.fromMs && ms <= span.toMs
  return (
    <>
      <Axes span={span} from={from} to={to} frame={frame} scales={scales} />
      <FinishBand curves={curves} span={span} marginMs={marginMs} frame={frame} scales={scales} />
      {lines.map(({ curve, points }) => (
        <g
          key={curve.lane}
          data-lane={curve.lane}
          data-sentinel={curve.isSentinel || undefined}
          className={curve.isDone ? 'photo-line' : 'photo-line photo-out'}
        >
          <path d={toPath(points, scales)} />
          {curve.splits
            .filter((split) => isSeen(split.ms) && isFirstOf(curve.splits, split))
            .map(({ name, ms }) => (
              <line
                key={name}
                className="photo-split"
                x1={scales.x(ms)}
                x2={scales.x(ms)}
                y1={scales.y(tokensAt(curve, ms)) - 0.3 * frame.remPx}
                y2={scales.y(tokensAt(curve, ms)) + 0.3 * frame.remPx}
              >
                <title>{`${name}, lane ${curve.lane + 1}: ${toSplitMs(ms)} ms`}</title>
              </line>
            ))}
        </g>
      ))}
      {lines.map(({ curve, points }) => {
        const last = points.at(-1)
        return last ? (
          <g key={curve.lane} data-sentinel={curve.isSentinel || undefined}>
            <PlateMark
              lane={curve.lane}
              x={scales.x(last.ms)}
              y={scales.y(last.tokens)}
              sizePx={frame.remPx}
              hasNumber
            />
          </g>
        ) : null
      })}
    </>
  )
})

/** Splits of the same arrival share one tick: in most lanes the first token is also the first answer. */
function isFirstOf(splits: readonly Split[], { name, ms }: Split): boolean {
  return splits.find((split) => split.ms === ms)?.name === name
}

interface AxesProps {
  span: Span
  from: number
  to: number
  frame: Frame
  scales: Scales
}

function Axes({ span, from, to, frame, scales }: AxesProps) {
  const across = ticksBetween(
    span.fromMs,
    span.toMs,
    // With fewer, zero could be the only tick, and the scale could not be read.
    Math.max(3, (frame.right - frame.left) / (7 * frame.remPx)),
  )
  const up = ticksBetween(from, to, 5)
  return (
    <g className="photo-axes">
      {up.ticks.map((tokens) => (
        <g key={tokens}>
          <line x1={frame.left} x2={frame.right} y1={scales.y(tokens)} y2={scales.y(tokens)} />
          <text x={frame.left - 0.5 * frame.remPx} y={scales.y(tokens)} dy="0.32em" textAnchor="end">
            {Number.isInteger(tokens) ? toCount(tokens) : ''}
          </text>
        </g>
      ))}
      {across.ticks.map((ms) => (
        <g key={ms}>
          <line x1={scales.x(ms)} x2={scales.x(ms)} y1={frame.bottom} y2={frame.bottom + 0.3 * frame.remPx} />
          <text x={scales.x(ms)} y={frame.bottom + 1.25 * frame.remPx} textAnchor="middle">
            {toTickText(ms, across.step)}
          </text>
        </g>
      ))}
      <text x={0} y={0.7 * frame.remPx}>
        tokens (≈)
      </text>
    </g>
  )
}

interface BandProps {
  curves: readonly Curve[]
  span: Span
  marginMs: number | null
  frame: Frame
  scales: Scales
}

/** The finish line where the first lane crossed it, and a band as wide as the margin behind it. */
function FinishBand({ curves, span, marginMs, frame, scales }: BandProps) {
  const firstMs = Math.min(...curves.flatMap(({ crossedMs }) => crossedMs ?? []))
  if (firstMs > span.toMs) return null
  const from = Math.max(frame.left, scales.x(firstMs))
  const to = Math.min(frame.right, scales.x(firstMs + (marginMs ?? 0)))
  if (to < frame.left) return null
  return (
    <g className="photo-finish-line">
      {/* At least one pixel wide: zoomed out it shows where the line is, zoomed in how wide the margin is. */}
      <rect x={from} width={Math.max(1, to - from)} y={frame.top} height={frame.bottom - frame.top} />
      {firstMs >= span.fromMs && <line x1={from} x2={from} y1={frame.top} y2={frame.bottom} />}
    </g>
  )
}

/** The tokens of all points that are shown, with a little room around them; from zero where zero is among them. */
function tokenRange(lines: readonly (readonly Point[])[]): { from: number; to: number } {
  const tokens = lines.flatMap((points) => points.map((point) => point.tokens))
  if (tokens.length === 0) return { from: 0, to: 1 }
  const low = Math.min(...tokens)
  const high = Math.max(...tokens)
  const air = Math.max(1, (high - low) * 0.08)
  return { from: low === 0 ? 0 : Math.max(0, low - air), to: high + air }
}

/** Steps: level until the next arrival, then up. */
function toPath(points: readonly Point[], { x, y }: Scales): string {
  return points
    .map(({ ms, tokens }, index) =>
      index === 0
        ? `M${x(ms).toFixed(1)} ${y(tokens).toFixed(1)}`
        : `H${x(ms).toFixed(1)}V${y(tokens).toFixed(1)}`,
    )
    .join('')
}
