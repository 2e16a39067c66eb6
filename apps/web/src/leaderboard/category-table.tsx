/**
 * Which model for which task: the win rates within each category of prompts. Columns carry the plates of the board, as
 * in the head to head.
 */
import './statistics.css'
import type { CategoryRate, Leaderboard } from '@drag-race/contracts'
import { dash, toCount, toPercent } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'
import { toCategoryColumns, toCategoryName, toRateEnds } from './category-words.ts'
import { measureWords } from './measure-words.ts'

export function CategoryTable({ board }: { board: Leaderboard }) {
  const columns = toCategoryColumns(board)
  // One category alone is the board itself.
  if (board.byCategory.length < 2) return null
  return (
    <section className="board-section board-wide" aria-labelledby="by-category">
      <h2 id="by-category">Which model for which task</h2>
      <p className="chart-about">
        Win rate by {measureWords[board.by].choice} within each category of prompts, its 95 % interval, and n,
        the races of the model in it. Where intervals overlap, neither is known to be better.
      </p>
      <ScrollBox className="table-scroll" label="Win rate of each model in each category">
        <table className="table meetings">
          <thead>
            <tr>
              <th scope="col">Prompts</th>
              {columns.map(({ model, rank }) => (
                <th key={model} scope="col" title={model}>
                  <Plate lane={rank - 1} label={model} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {board.byCategory.map(({ category, races, models }) => (
              <tr key={category ?? ''}>
                <th scope="row">
                  <span className="ellipsis">{toCategoryName(category)}</span>
                  <span className="meetings-n">n {toCount(races)}</span>
                </th>
                {columns.map(({ model }) => (
                  <RateCell
                    key={model}
                    rate={models.find((rate) => rate.model === model)}
                    title={`${model}, ${toCategoryName(category)}`}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}

function RateCell({ rate, title }: { rate: CategoryRate | undefined; title: string }) {
  if (!rate) {
    return (
      <td className="dim" title={`${title}: no race`}>
        <span className="visually-hidden">no race</span>
        <span aria-hidden="true">{dash}</span>
      </td>
    )
  }
  return (
    <td title={title}>
      {rate.rate && <span className="figure">{toPercent(rate.rate.value)}</span>}
      <span className="meetings-n">{toRateEnds(rate)}</span>
      <span className="meetings-n">n {toCount(rate.races)}</span>
    </td>
  )
}
