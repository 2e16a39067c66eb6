/** The lines of the chart as a table, for screen readers. */
import { toMs } from '../look/figures.ts'
import type { TtftLine } from './ttft-lines.ts'

export function TtftTable({ lines }: { lines: readonly TtftLine[] }) {
  return (
    <div className="visually-hidden">
      <table>
        <caption>TTFT over time, in ms</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
            <th scope="col">Lowest</th>
            <th scope="col">Highest</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ model, firstMs, lastMs, lowestMs, highestMs }) => (
            <tr key={model}>
              <th scope="row">{model}</th>
              <td>{toMs(firstMs)}</td>
              <td>{toMs(lastMs)}</td>
              <td>{toMs(lowestMs)}</td>
              <td>{toMs(highestMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
