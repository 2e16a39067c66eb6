/** A number plate as a mark inside a chart: with its number, or small and without it where it marks a point. */
import { plateShapes } from './plate-shapes.ts'

interface PlateMarkProps {
  lane: number
  x: number
  y: number
  sizePx: number
  hasNumber?: boolean
}

export function PlateMark({ lane, x, y, sizePx, hasNumber = false }: PlateMarkProps) {
  const shape = plateShapes[lane % plateShapes.length]
  if (!shape) return null
  const scale = sizePx / 24
  return (
    <g data-lane={lane % 16} transform={`translate(${x - sizePx / 2} ${y - sizePx / 2}) scale(${scale})`}>
      <path className="plate-shape" d={shape.path} />
      {hasNumber && (
        <text
          className={lane > 8 ? 'plate-number plate-number-two' : 'plate-number'}
          x="12"
          y={shape.baseline}
        >
          {lane + 1}
        </text>
      )}
    </g>
  )
}
