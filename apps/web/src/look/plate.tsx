/**
 * A lane's number plate: a shape of its own besides its colour, so that it is known without colour. The same plate
 * marks the lane on the strip, in charts, in the history and in exports.
 */
import './plate.css'
import { plateShapes } from './plate-shapes.ts'

export function Plate({
  lane,
  label,
  className = '',
}: {
  /** The index of the lane, from 0; the plate shows one more. */
  lane: number
  /** What screen readers read out; `''` where the lane is named beside the plate. Left out: "Lane 1". */
  label?: string
  className?: string
}) {
  const shape = plateShapes[lane % plateShapes.length]!
  const number = lane + 1
  const name = label ?? `Lane ${number}`
  return (
    <svg
      className={`plate ${className}`}
      viewBox="0 0 24 24"
      data-lane={lane % 16}
      role="img"
      aria-label={name}
      aria-hidden={name === ''}
    >
      <path className="plate-shape" d={shape.path} />
      <text
        className={number > 9 ? 'plate-number plate-number-two' : 'plate-number'}
        x="12"
        y={shape.baseline}
      >
        {number}
      </text>
    </svg>
  )
}

/** The lane's colour as a CSS value, for charts. Inside `[data-lane]` use `var(--lane)`. */
export function laneColour(lane: number): string {
  return `var(--lane-${(lane % 16) + 1})`
}
