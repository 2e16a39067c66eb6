/** A number plate as a mark inside a chart: with its number, or small and without it where it marks a point. */
import { PlateFace } from './plate-face.tsx'

interface PlateMarkProps {
  lane: number
  x: number
  y: number
  sizePx: number
  hasNumber?: boolean
}

export function PlateMark({ lane, x, y, sizePx, hasNumber = false }: PlateMarkProps) {
  const scale = sizePx / 24
  return (
    <g data-lane={lane % 16} transform={`translate(${x - sizePx / 2} ${y - sizePx / 2}) scale(${scale})`}>
      <PlateFace lane={lane} hasNumber={hasNumber} />
    </g>
  )
}
