/**
 * Win rates against the figure that decides: how much faster, or more expensive, a winner is. The table has the rates
 * alone, and every figure; a plate here is the plate there.
 */
import type { Leaderboard, LeaderboardRow } from '@drag-race/contracts'
import { CartesianGrid, ErrorBar, Scatter, ScatterChart, XAxis, YAxis } from 'recharts'
import { toPercent } from '../look/figures.ts'
import { laneColour } from '../look/plate.tsx'
import { PlateMark } from '../look/plate-mark.tsx'
import { useChartSize } from '../look/use-chart-size.ts'
import { spanning } from './axis.ts'
import { type MeasureWords, measureWords, toMedianText } from './measure-words.ts'
import { toNames } from './ttft-lines.ts'

/** Plates hide one another when there are more. */
const modelsMax = 16

export function RateChart({ board }: { board: Leaderboard }) {
  const [box, { widthPx, remPx }] = useChartSize<HTMLDivElement>()
  const words = measureWords[board.by]
  const known = board.rows.filter((row) => words.median(row) !== null)
  const drawn = known.slice(0, modelsMax)
  const notDrawn = [...board.rows.filter((row) => words.median(row) === null), ...known.slice(modelsMax)]
  const axis = spanning(drawn.flatMap((row) => words.median(row) ?? []))
  const name = `Win rate by median ${words.choice}`
  return (
    <figure className="chart">
      <h2>{name}</h2>
      <p className="chart-about">{toAbout(words, axis.kind === 'log')}</p>
      <div
        ref={box}
        className="chart-box"
        role="img"
        aria-label={`${name}: ${toSpoken({ rows: drawn, by: board.by })}`}
      >
        {widthPx > 0 && (
          <ScatterChart
            width={widthPx}
            height={20 * remPx}
            margin={{ top: remPx, right: 1.6 * remPx, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} />
            <XAxis
              type="number"
              dataKey="median"
              scale={axis.kind}
              domain={axis.domain}
              ticks={axis.ticks}
              tickFormatter={(value: number) => words.printTick(value)}
              height={2.4 * remPx}
              tickMargin={remPx}
              tickLine={false}
              minTickGap={remPx}
            />
            <YAxis
              type="number"
              dataKey="rate"
              domain={[0, 1]}
              ticks={[0, 0.25, 0.5, 0.75, 1]}
              // A space that does not break: on paper the percent sign would stand on a line of its own.
              tickFormatter={(rate: number) => `${Math.round(rate * 100)}${rate === 1 ? '\u00a0%' : ''}`}
              width={2.8 * remPx}
              axisLine={false}
              tickLine={false}
            />
            {drawn.toReversed().map((row) => (
              <Scatter
                key={row.model}
                data={[toPoint(row, words)]}
                isAnimationActive={false}
                shape={({ cx, cy }: { cx?: number; cy?: number }) => (
                  <PlateMark lane={row.rank - 1} x={cx ?? 0} y={cy ?? 0} sizePx={1.45 * remPx} hasNumber />
                )}
              >
                <ErrorBar
                  dataKey="whiskers"
                  direction="y"
                  width={0.35 * remPx}
                  stroke={laneColour(row.rank - 1)}
                  strokeWidth={0.155 * remPx}
                  isAnimationActive={false}
                />
              </Scatter>
            ))}
          </ScatterChart>
        )}
      </div>
      {notDrawn.length > 0 && (
        <p className="chart-about">Not drawn: {toNames(notDrawn.map(({ model }) => model))}.</p>
      )}
    </figure>
  )
}

function toPoint(row: LeaderboardRow, { median }: MeasureWords) {
  const { winRate, winRateLow, winRateHigh } = row
  // Distances from the rate, down and up.
  return { median: median(row), rate: winRate, whiskers: [winRate - winRateLow, winRateHigh - winRate] }
}

function toAbout({ unit, better }: MeasureWords, isLog: boolean): string {
  const where = `Up and to the ${better} is better`
  return [unit ? `${where}; in ${unit}` : where, isLog ? 'logarithmic scale' : ''].filter(Boolean).join(', ')
}

function toSpoken({ rows, by }: Pick<Leaderboard, 'rows' | 'by'>): string {
  return rows.map((row) => `${row.model} ${toPercent(row.winRate)} at ${toMedianText(by, row)}`).join('; ')
}
