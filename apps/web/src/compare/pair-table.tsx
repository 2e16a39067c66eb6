/** One lane of each race, figure by figure. */
import './pair-table.css'
import { dash } from '../look/figures.ts'
import { ModelName } from '../look/model-name.tsx'
import { Plate } from '../look/plate.tsx'
import type { ComparedAsked } from './compare-asked.ts'
import type { ComparedFigure } from './compare-figures.ts'
import { figureWords, toDifferenceText, toValueText } from './figure-words.ts'
import type { LanePair } from './pair-lanes.ts'

interface PairTableProps {
  pair: LanePair
  /** What became of the lane of each race; null where there is none. */
  results: { one: string | null; other: string | null }
  figures: readonly ComparedFigure[]
  /** null where both lanes were asked alike. */
  asked: ComparedAsked | null
}

export function PairTable({ pair, results, figures, asked }: PairTableProps) {
  const { one, other } = pair
  const lane = one ?? other
  if (!lane) return null
  return (
    <section
      className="compare-pair"
      data-lane={lane.lane}
      aria-label={`${lane.model}, A and B, lane ${lane.lane + 1}`}
    >
      <h2 className="ellipsis">
        <ModelName name={lane.model} />
        {lane.simulated && <span className="dim"> simulated</span>}
      </h2>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Figure</span>
            </th>
            <th scope="col" className="number">
              A {one ? <Plate lane={one.lane} label={`lane ${one.lane + 1}`} /> : 'no lane'}
            </th>
            <th scope="col" className="number">
              B {other ? <Plate lane={other.lane} label={`lane ${other.lane + 1}`} /> : 'no lane'}
            </th>
            <th scope="col" className="number">
              B against A
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">result</th>
            <td className="number compare-words">{results.one ?? dash}</td>
            <td className="number compare-words">{results.other ?? dash}</td>
            <td />
          </tr>
          {asked && (
            <tr>
              <th scope="row">asked with</th>
              <td className="number compare-words">{asked.one || dash}</td>
              <td className="number compare-words">{asked.other || dash}</td>
              <td className="number compare-words compare-differs">
                {asked.hasOtherSystem ? 'another system prompt' : 'other settings'}
              </td>
            </tr>
          )}
          {figures.map((row) => (
            <tr key={row.figure}>
              <th scope="row">{figureWords[row.figure].name}</th>
              <td className="number">{toValueText(row.figure, row.one, row.isOneEstimated)}</td>
              <td className="number">{toValueText(row.figure, row.other, row.isOtherEstimated)}</td>
              <td className={row.difference.kind === 'differs' ? 'number compare-differs' : 'number dim'}>
                {toDifferenceText(row)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {one && other && one.stream !== other.stream && (
        <p className="dim">One of the two streamed, the other did not.</p>
      )}
    </section>
  )
}
