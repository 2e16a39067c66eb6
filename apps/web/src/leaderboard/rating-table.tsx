/**
 * How strong each model is against the others, on Elo's scale. Models that never met, not even through others, stand in
 * groups: between two groups no figure can be compared, and their ranks begin anew.
 */
import './statistics.css'
import type { LeaderboardRow, Rating } from '@drag-race/contracts'
import { dash, toCount } from '../look/figures.ts'
import { IntervalScale, Whiskers } from './interval.tsx'
import { NamedModel } from './named-model.tsx'
import { type RatingScale, toRatingScale, toRatingText } from './rating-scale.ts'
import { groupsText, isShared, type Rated, toGroupName, toRatedGroups, unratedText } from './rating-words.ts'

export function RatingTable({ rows }: { rows: readonly LeaderboardRow[] }) {
  const groups = toRatedGroups(rows)
  const scale = toRatingScale(groups.flat().map(({ rating }) => rating))
  const hasUnsure = groups.flat().some(({ rating }) => rating.low === null)
  return (
    <section className="board-section" aria-labelledby="ratings">
      <h2 id="ratings">Ratings</h2>
      <p className="chart-about">
        Bradley–Terry on Elo’s scale, 1000 is the middle; 200 points more win 76 % of the points. The line is
        the 95 % interval; a rank is 1 and one more for each model whose interval lies wholly above.
      </p>
      <table className="table ratings">
        <thead>
          <tr>
            <th scope="col">Rank</th>
            <th scope="col">Model</th>
            <th scope="col" className="number">
              Rating, 95 %
            </th>
            <th scope="col" className="ratings-interval">
              <span className="visually-hidden">The interval, drawn</span>
              <IntervalScale grid={scale.grid} />
            </th>
            <th scope="col" className="number">
              n
            </th>
          </tr>
        </thead>
        {groups.map((rated, group) => (
          <tbody key={rated[0]?.row.model}>
            {groups.length > 1 && (
              <tr>
                <th colSpan={5} scope="rowgroup" className="ratings-group">
                  {toGroupName(group, rated.length)}
                </th>
              </tr>
            )}
            {rated.map(({ row, rating }) => (
              <RatingRow
                key={row.model}
                row={row}
                rating={rating}
                scale={scale}
                isShared={isShared(rating, rated)}
              />
            ))}
          </tbody>
        ))}
      </table>
      <p className="chart-about">
        n: races in which the model was compared.{hasUnsure && ` ${unratedText}`}
        {groups.length > 1 && ` ${groupsText}`}
      </p>
    </section>
  )
}

interface RatingRowProps extends Rated {
  scale: RatingScale
  isShared: boolean
}

function RatingRow({ row, rating, scale, isShared }: RatingRowProps) {
  const { toPlace } = scale
  return (
    <tr data-lane={(row.rank - 1) % 16}>
      <td className="ratings-rank figure">
        {rating.rank === null ? dash : `${isShared ? '=' : ''}${rating.rank}`}
      </td>
      <th scope="row" className="ratings-model">
        <NamedModel rank={row.rank} model={row.model} />
      </th>
      <td className="number">
        <span className="figure">{toRatingText(rating.value)}</span>
        <span className="ratings-ends">{toEnds(rating)}</span>
      </td>
      <td className="ratings-interval">
        <Whiskers
          low={rating.low === null ? null : toPlace(rating.low)}
          at={toPlace(rating.value)}
          high={rating.high === null ? null : toPlace(rating.high)}
          isHollow={rating.low === null}
          grid={scale.grid}
        />
      </td>
      <td className="number">{toCount(rating.races)}</td>
    </tr>
  )
}

function toEnds({ low, high }: Rating): string {
  return low === null || high === null ? 'n too small' : `${toRatingText(low)} to ${toRatingText(high)}`
}
