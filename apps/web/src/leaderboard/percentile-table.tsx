/** The tails of each model's times, where there are enough races for them. */
import './statistics.css'
import type { LeaderboardRow, Percentiles } from '@drag-race/contracts'
import { toCount, toMs, toSeconds } from '../look/figures.ts'
import { ScrollBox } from '../look/scroll-box.tsx'
import { NamedModel } from './named-model.tsx'

const figures = [
  { name: 'TTFT, ms', of: (row: LeaderboardRow) => row.percentiles.ttft, print: toMs },
  { name: 'Total, s', of: (row: LeaderboardRow) => row.percentiles.total, print: toTotal },
]
const columns = ['n', 'p50', 'p95', 'p99']

export function PercentileTable({ rows }: { rows: readonly LeaderboardRow[] }) {
  return (
    <section className="board-section" aria-labelledby="percentiles">
      <h2 id="percentiles">Percentiles</h2>
      <p className="chart-about">
        A 95th percentile needs 59 races, a 99th 299: with fewer, the largest figure seen is below it too
        often.
      </p>
      <ScrollBox className="table-scroll" label="Percentiles of each model">
        <table className="table percentiles">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                Model
              </th>
              {figures.map(({ name }) => (
                <th key={name} scope="colgroup" colSpan={columns.length} className="percentiles-figure">
                  {name}
                </th>
              ))}
            </tr>
            <tr>
              {figures.map(({ name }) =>
                columns.map((column) => (
                  <th key={`${name} ${column}`} scope="col" className="number">
                    {column}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.model}>
                <th scope="row">
                  <NamedModel rank={row.rank} model={row.model} />
                </th>
                {figures.map(({ name, of, print }) => (
                  <Cells key={name} percentiles={of(row)} print={print} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}

function Cells({ percentiles, print }: { percentiles: Percentiles; print: (ms: number | null) => string }) {
  const { races, p50Ms, p95Ms, p99Ms } = percentiles
  return (
    <>
      <td className="number dim">{toCount(races)}</td>
      <td className="number">{print(p50Ms)}</td>
      {[p95Ms, p99Ms].map((ms, index) => (
        <td key={columns[index + 2]} className={ms === null ? 'number percentiles-none' : 'number'}>
          {ms === null ? 'n too small' : print(ms)}
        </td>
      ))}
    </>
  )
}

function toTotal(ms: number | null): string {
  return toSeconds(ms)
}
