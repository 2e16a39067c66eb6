/**
 * A win rate as a dot and its 95 % interval as whiskers, on the one scale of 0 to 100 % that all rows share. Lengths are
 * percent of the column, so that no script measures it.
 */
import './interval.css'
import type { LeaderboardRow } from '@drag-race/contracts'

const gridlines = [0, 0.5, 1]

export function Interval({ row }: { row: LeaderboardRow }) {
  const [low, rate, high] = [row.winRateLow, row.winRate, row.winRateHigh].map(toShare)
  return (
    <svg className="interval" aria-hidden="true">
      {gridlines.map((at) => (
        <line key={at} className="interval-grid" x1={toShare(at)} x2={toShare(at)} y1="0" y2="100%" />
      ))}
      {/* A viewport of its own, hung on the row's middle: caps and dot keep their size. */}
      <svg y="50%" overflow="visible" aria-hidden="true">
        <line className="interval-line" x1={low} x2={high} y1="0" y2="0" />
        <line className="interval-line" x1={low} x2={low} y1="-5" y2="5" />
        <line className="interval-line" x1={high} x2={high} y1="-5" y2="5" />
        <circle
          className={row.isPreliminary ? 'interval-dot interval-dot-hollow' : 'interval-dot'}
          cx={rate}
          cy="0"
        />
      </svg>
    </svg>
  )
}

/** Named once, at the head of the column. */
export function IntervalScale() {
  return (
    <svg className="interval interval-scale" aria-hidden="true">
      {gridlines.map((at) => (
        <text key={at} x={toShare(at)} y="100%" dy="-0.65em">
          {Math.round(at * 100)}
          {at === 1 && ' %'}
        </text>
      ))}
    </svg>
  )
}

function toShare(rate: number): string {
  return `${(rate * 100).toFixed(2)}%`
}
