/**
 * A figure as a dot and its 95 % interval as whiskers, on the one scale that all rows of a table share. Lengths are
 * percentages of the column, so that no script has to measure it.
 */
import './interval.css'
import type { LeaderboardRow } from '@drag-race/contracts'

/** A place on the scale, 0 to 1, and what it is called there. */
export interface Gridline {
  at: number
  label: string
}

const rateGrid: Gridline[] = [
  { at: 0, label: '0' },
  { at: 0.5, label: '50' },
  { at: 1, label: '100 %' },
]

export function Interval({ row }: { row: LeaderboardRow }) {
  const { winRateLow, winRate, winRateHigh, isPreliminary } = row
  return (
    <Whiskers low={winRateLow} at={winRate} high={winRateHigh} isHollow={isPreliminary} grid={rateGrid} />
  )
}

interface WhiskersProps {
  /** Places on the scale, 0 to 1; without an interval the dot stands alone. */
  low: number | null
  at: number
  high: number | null
  isHollow: boolean
  grid: readonly Gridline[]
}

export function Whiskers({ low, at, high, isHollow, grid }: WhiskersProps) {
  return (
    <svg className="interval" aria-hidden="true">
      {grid.map((line) => (
        <line
          key={line.at}
          className="interval-grid"
          x1={toShare(line.at)}
          x2={toShare(line.at)}
          y1="0"
          y2="100%"
        />
      ))}
      {/* A viewport of its own, at the middle of the row: caps and dot keep their size. */}
      <svg y="50%" overflow="visible" aria-hidden="true">
        {low !== null && high !== null && (
          <>
            <line className="interval-line" x1={toShare(low)} x2={toShare(high)} y1="0" y2="0" />
            <line className="interval-line" x1={toShare(low)} x2={toShare(low)} y1="-5" y2="5" />
            <line className="interval-line" x1={toShare(high)} x2={toShare(high)} y1="-5" y2="5" />
          </>
        )}
        <circle
          className={isHollow ? 'interval-dot interval-dot-hollow' : 'interval-dot'}
          cx={toShare(at)}
          cy="0"
        />
      </svg>
    </svg>
  )
}

/** The names of the scale, once, at the head of the column. */
export function IntervalScale({ grid = rateGrid }: { grid?: readonly Gridline[] }) {
  return (
    <svg className="interval interval-scale" aria-hidden="true">
      {grid.map(({ at, label }) => (
        <text key={at} x={toShare(at)} y="100%" dy="-0.65em">
          {label}
        </text>
      ))}
    </svg>
  )
}

function toShare(share: number): string {
  return `${(share * 100).toFixed(2)}%`
}
