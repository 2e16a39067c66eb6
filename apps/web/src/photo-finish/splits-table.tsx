/** The splits as figures, to a hundredth of a millisecond: the chart for readers who cannot see it, or want numbers. */
import { errorBoundMs, type RaceState } from '@drag-race/contracts'
import { memo } from 'react'
import { dash, toMargin, toSplitMs } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import type { Curve, Split } from './curves.ts'

const columns: Split['name'][] = [
  'headers',
  'first byte',
  'first token',
  'first answer',
  'half way',
  'last token',
  'end',
  'close',
]

interface SplitsTableProps {
  curves: readonly Curve[]
  end: RaceState['end']
}

export const SplitsTable = memo(function SplitsTable({ curves, end }: SplitsTableProps) {
  const within = toMargin(end && errorBoundMs(end))
  // A split that no lane has gets no column.
  const names = columns.filter((name) =>
    curves.some(({ splits }) => splits.some((split) => split.name === name)),
  )
  return (
    <details className="photo-splits">
      <summary>Splits in figures</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the arrow keys */}
      <section className="table-scroll" aria-label="Splits" tabIndex={0} data-own-keys>
        <table className="table">
          <caption className="visually-hidden">
            Splits of each lane in milliseconds from its own request, {within}
          </caption>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}, ms
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {curves.map(({ lane, model, splits, isSentinel }) => (
              <tr key={lane} data-sentinel={isSentinel || undefined}>
                <th scope="row">
                  <Plate lane={lane} label={`Lane ${lane + 1},`} /> {model}
                </th>
                {names.map((name) => (
                  <td key={name} className="number">
                    {toFigure(splits.find((split) => split.name === name))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="dim">
        Milliseconds from each lane’s own request, {within}. “Half way” and the curve count tokens by our
        tokenizer (≈).
      </p>
    </details>
  )
})

function toFigure(split: Split | undefined): string {
  return split ? toSplitMs(split.ms) : dash
}
