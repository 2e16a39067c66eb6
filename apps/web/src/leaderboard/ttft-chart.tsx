/**
 * First tokens over time, one line for each model, told apart by colour, dash and mark alike, and named where each line
 * ends. Where there is no room for names the plate stands alone: the table has its name.
 */
import type { Leaderboard } from '@drag-race/contracts'
import { useMemo } from 'react'
import { CartesianGrid, Line, LineChart, XAxis, YAxis } from 'recharts'
import { toCount } from '../look/figures.ts'
import { laneColour } from '../look/plate.tsx'
import { PlateMark } from '../look/plate-mark.tsx'
import { useChartSize } from '../look/use-chart-size.ts'
import { fromZero } from './axis.ts'
import { LineEnds } from './line-ends.tsx'
import { toTickSteps, toTimeLabels } from './time-labels.ts'
import { toMarked, toNames, toTtftLines } from './ttft-lines.ts'
import { TtftTable } from './ttft-table.tsx'

/** In sixteenths of a rem, one for each line, in the order of the lines drawn: solid first, then ever more broken. */
const dashes = [[], [8, 4], [2, 4], [12, 4, 2, 4], [5, 3], [14, 5], [8, 3, 2, 3, 2, 3], [1, 3]]
const marksMax = 8
/** Under this many rem there is no room for names beside the lines. */
const namesFromRem = 32

export function TtftChart({ board }: { board: Leaderboard }) {
  const [box, { widthPx, remPx }] = useChartSize<HTMLDivElement>()
  const { times, lines, rest } = useMemo(() => toTtftLines(board), [board])
  if (lines.length === 0) return null
  const labels = toTimeLabels(times)
  const axis = fromZero(lines.map(({ highestMs }) => highestMs))
  const hasNames = widthPx >= namesFromRem * remPx
  const steps = times.map((_, step) =>
    Object.fromEntries([['step', step], ...lines.map(({ values }, line) => [`line${line}`, values[step]])]),
  )
  return (
    <figure className="chart">
      <h2>First token over time</h2>
      <p className="chart-about">TTFT in ms, averaged in steps of equally many races</p>
      <div
        ref={box}
        className="chart-box"
        role="img"
        aria-label="TTFT of each model over time, as in the table below"
      >
        {widthPx > 0 && (
          <LineChart
            width={widthPx}
            height={20 * remPx}
            margin={{ top: remPx, right: (hasNames ? 14 : 3) * remPx, bottom: 0, left: 0 }}
            data={steps}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} />
            <XAxis
              type="number"
              dataKey="step"
              domain={[0, Math.max(1, times.length - 1)]}
              ticks={toTickSteps(labels, Math.max(2, Math.floor(widthPx / (11 * remPx))))}
              tickFormatter={(step: number) => labels[step] ?? ''}
              height={2.4 * remPx}
              tickMargin={remPx}
              tickLine={false}
            />
            <YAxis
              type="number"
              domain={axis.domain}
              ticks={axis.ticks}
              tickFormatter={toCount}
              width={3.2 * remPx}
              axisLine={false}
              tickLine={false}
            />
            {lines.toReversed().map(({ model, lane, values }) => {
              const line = lines.findIndex((one) => one.model === model)
              const marked = toMarked(values, marksMax)
              return (
                <Line
                  key={model}
                  dataKey={`line${line}`}
                  type="linear"
                  stroke={laneColour(lane)}
                  strokeWidth={0.125 * remPx}
                  strokeDasharray={toDash(line, remPx)}
                  connectNulls
                  isAnimationActive={false}
                  activeDot={false}
                  dot={({ cx, cy, index }) =>
                    marked.has(index) ? (
                      <PlateMark key={index} lane={lane} x={cx ?? 0} y={cy ?? 0} sizePx={0.55 * remPx} />
                    ) : null
                  }
                />
              )
            })}
            <LineEnds lines={lines} remPx={remPx} hasNames={hasNames} />
          </LineChart>
        )}
      </div>
      <TtftTable lines={lines} />
      {rest.length > 0 && <p className="chart-about">Not drawn: {toNames(rest)}.</p>}
    </figure>
  )
}

function toDash(line: number, remPx: number): string {
  return (dashes[line % dashes.length] ?? []).map((length) => (length * remPx) / 16).join(' ')
}
