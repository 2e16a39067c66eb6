/**
 * The two charts of the board, apart from the page so that Recharts is loaded only when it is needed, and after the
 * table.
 */
import './charts.css'
import type { Leaderboard } from '@drag-race/contracts'
import { RateChart } from './rate-chart.tsx'
import { TtftChart } from './ttft-chart.tsx'

export function Charts({ board }: { board: Leaderboard }) {
  return (
    <div className="board-charts">
      <RateChart board={board} />
      <TtftChart board={board} />
    </div>
  )
}
