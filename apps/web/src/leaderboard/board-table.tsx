/**
 * The board. The plate of a rank is that of the model in the charts. On a narrow screen a row becomes a small sheet:
 * the name and the rate, the interval across, the figures below, each with its word.
 */
import type { Leaderboard, LeaderboardRow, Measure } from '@drag-race/contracts'
import { dash, toCount, toPercent } from '../look/figures.ts'
import { ModelName } from '../look/model-name.tsx'
import { Plate } from '../look/plate.tsx'
import { toProviderName } from '../provider-name.ts'
import { toAnsweredInterval, toAnsweredText, toIntervalText } from './board-words.ts'
import { Interval, IntervalScale } from './interval.tsx'
import { measuresShown, measureWords, toMedian } from './measure-words.ts'

const counts = [
  { name: 'Races', head: 'Races', of: (row: LeaderboardRow) => toCount(row.races) },
  { name: 'Wins', head: 'Wins', of: (row: LeaderboardRow) => toCount(row.wins) },
  { name: 'Dead heats', head: 'Dead heats', of: (row: LeaderboardRow) => toCount(row.deadHeats) },
  { name: 'Tokens out', head: 'Median tokens out', of: toTokensOut },
]

export function BoardTable({ board }: { board: Leaderboard }) {
  return (
    <table className="table board">
      <caption className="visually-hidden">
        Leaderboard by {measureWords[board.by].choice}, highest lower end of the win rate’s interval first
      </caption>
      <thead>
        <tr>
          <th scope="col" className="board-rank">
            <span className="visually-hidden">Rank</span>
          </th>
          <th scope="col">Model</th>
          <th scope="col" className="number">
            Win rate
          </th>
          <th scope="col" className="board-interval">
            <span className="visually-hidden">Its 95 % interval</span>
            <IntervalScale />
          </th>
          {counts.map(({ name, head }) => (
            <th key={name} scope="col" className="number" aria-label={head}>
              {name}
            </th>
          ))}
          <th scope="col" className="number" aria-label="Answered calls, 95 %">
            Answered
          </th>
          {measuresShown.map((measure) => (
            <th key={measure} scope="col" className="number" aria-label={toHead(measure)}>
              <MedianHead measure={measure} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {board.rows.map((row) => (
          <Row key={row.model} row={row} by={board.by} />
        ))}
      </tbody>
    </table>
  )
}

function toTokensOut({ medianOutputTokens, isEstimated }: LeaderboardRow): string {
  return `${isEstimated && medianOutputTokens ? '≈' : ''}${toCount(medianOutputTokens)}`
}

function MedianHead({ measure }: { measure: Measure }) {
  const { column, unit } = measureWords[measure]
  return (
    <>
      {column}
      {unit && <span className="unit">{unit}</span>}
    </>
  )
}

function toHead(measure: Measure): string {
  const { column, unit } = measureWords[measure]
  return `Median ${column}${unit ? `, ${unit}` : ''}`
}

function Row({ row, by }: { row: LeaderboardRow; by: Measure }) {
  return (
    <tr data-lane={(row.rank - 1) % 16}>
      <td className="board-rank">
        <Plate lane={row.rank - 1} label={String(row.rank)} />
      </td>
      <th scope="row" className="board-model">
        <span className="board-name">
          <ModelName name={row.model} />
        </span>
        <span className="board-provider">
          {toProviderName(row)}
          {row.isPreliminary && ', preliminary'}
        </span>
      </th>
      <td className="number board-rate">
        <span className="figure">{toPercent(row.winRate)}</span>
      </td>
      <td className="board-interval">
        <span className="visually-hidden">{toIntervalText(row)}</span>
        <Interval row={row} />
      </td>
      {counts.map(({ name, of }) => (
        <td key={name} className="number">
          <Figure name={name} value={of(row)} />
        </td>
      ))}
      <td className="number">
        <Figure name="Answered" value={toAnsweredText(row)} />
        <span className="board-ends">{toAnsweredInterval(row)}</span>
      </td>
      {measuresShown.map((measure) => {
        const { column, unit } = measureWords[measure]
        return (
          <td key={measure} className={measure === by ? 'number board-by' : 'number'}>
            <Figure name={column} value={toMedian(measure, row)} unit={unit} />
          </td>
        )
      })}
    </tr>
  )
}

/** Word and unit are shown beside the figure only where no column head is. A dash has no unit. */
function Figure({ name, value, unit = '' }: { name: string; value: string; unit?: string }) {
  return (
    <>
      <span className="board-word">{name} </span>
      {value}
      {unit && value !== dash && <span className="board-word unit">{unit}</span>}
    </>
  )
}
