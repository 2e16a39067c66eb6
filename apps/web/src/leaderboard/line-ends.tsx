/**
 * Plates, and names where there is room, at the ends of the lines: moved apart, and each joined to its line by a
 * hairline.
 */
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import { PlateMark } from '../look/plate-mark.tsx'
import { spread } from './spread.ts'
import type { TtftLine } from './ttft-lines.ts'

/** The height of two small lines of text. */
const apartRem = 1.5
const nameRem = 11

interface LineEndsProps {
  lines: readonly TtftLine[]
  remPx: number
  hasNames: boolean
}

export function LineEnds({ lines, remPx, hasNames }: LineEndsProps) {
  const plot = usePlotArea()
  const toX = useXAxisScale()
  const toY = useYAxisScale()
  if (!plot || !toX || !toY) return null
  const right = plot.x + plot.width
  const ends = lines.map(({ values, lastMs }) => ({
    x: toX(values.findLastIndex((value) => value !== null)) ?? right,
    y: toY(lastMs) ?? plot.y,
  }))
  const placed = spread(
    ends.map(({ y }) => y),
    apartRem * remPx,
    plot.y,
    plot.y + plot.height,
  )
  return (
    <g>
      {lines.map(({ model, lane }, index) => {
        const end = ends[index]
        const y = placed[index]
        if (!end || y === undefined) return null
        return (
          <g key={model}>
            <path
              className="chart-lead"
              d={`M${end.x + 0.4 * remPx} ${end.y}L${right + 0.7 * remPx} ${end.y}L${right + 1.3 * remPx} ${y}`}
            />
            <PlateMark lane={lane} x={right + 2.1 * remPx} y={y} sizePx={1.25 * remPx} hasNumber />
            {hasNames && (
              // HTML text: where a reader has set wider letters a name goes on in a second line, and is not cut.
              <foreignObject
                x={right + 3 * remPx}
                y={y - apartRem * 0.5 * remPx}
                width={nameRem * remPx}
                height={apartRem * remPx}
              >
                <p className="chart-name" title={model}>
                  {toShort(model)}
                </p>
              </foreignObject>
            )}
          </g>
        )
      })}
    </g>
  )
}

/** What fits beside the lines. */
const lettersMax = 18

/** Cut in the middle: the end of a model's name tells versions apart. */
function toShort(model: string): string {
  return model.length <= lettersMax ? model : `${model.slice(0, 10)}…${model.slice(-7)}`
}
