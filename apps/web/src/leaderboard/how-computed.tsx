/** In a few sentences how the figures come about; formulas and sources are in the documentation. */
export function HowComputed() {
  return (
    <details className="board-section how">
      <summary>How this is computed</summary>
      <ul>
        <li>
          <b>Who beat whom.</b> Two lanes of a race within the wider of their margins tie. A failed lane lost
          to all that answered. A stopped lane lost by total time alone, and only to lanes that were done in
          less time than it had run.
        </li>
        <li>
          <b>Ratings.</b> Bradley–Terry, with a tie as half a win for each. Beside its races every model has
          one win and one loss against a phantom, which keeps the rating of an undefeated model finite. The
          interval comes from up to 1,000 resamples of whole races: the lanes of one race are one observation.
        </li>
        <li>
          <b>Shared ranks.</b> A model’s rank is 1 and one more for each model whose interval lies wholly
          above its own.
        </li>
        <li>
          <b>Two models.</b> The median of the differences within races, with the interval of the sign test,
          which assumes nothing about the shape of the differences; the median margin is added on both sides.
        </li>
        <li>
          <b>Percentiles.</b> Shown where 1 − qⁿ is at least 95 %: with fewer races the largest figure seen is
          below the percentile too often.
        </li>
      </ul>
      <p>
        Formulas and sources: <code>docs/measuring.md</code>, “The leaderboard”.
      </p>
    </details>
  )
}
