/**
 * A lane's number plate: a shape of its own besides its colour, so that it is known without colour. The same plate
 * marks the lane on the strip, in charts, in the history and in exports.
 */
import { PlateFace } from './plate-face.tsx'

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
  const name = label ?? `Lane ${lane + 1}`
  return (
    <svg
      className={`plate ${className}`}
      viewBox="0 0 24 24"
      data-lane={lane % 16}
      role="img"
      aria-label={name}
      aria-hidden={name === ''}
    >
      <PlateFace lane={lane} />
    </svg>
  )
}

/** The lane's colour as a CSS value, for charts. Inside `[data-lane]` use `var(--lane)`. */
export function laneColour(lane: number): string {
  return `var(--lane-${(lane % 16) + 1})`
}
