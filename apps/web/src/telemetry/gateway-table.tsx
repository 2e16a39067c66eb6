/** All that the gateway counted, one line for each provider and model. */
import type { GatewayRow } from '@drag-race/contracts'
import { dash, toCost, toCount, toFineMs } from '../look/figures.ts'
import { ScrollBox } from '../look/scroll-box.tsx'
import { toServedBy } from './compare.ts'

export function GatewayTable({ rows }: { rows: GatewayRow[] }) {
  if (rows.length === 0) {
    return <p className="dim">No call has gone through the gateway since its start.</p>
  }
  const hasCost = rows.some(({ costUsd }) => costUsd != null)
  return (
    <ScrollBox className="table-scroll" label="What the gateway counted">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Provider</th>
            <th scope="col" className="number">
              Requests
            </th>
            <th scope="col" className="number">
              Failed
            </th>
            <th scope="col" className="number">
              Tokens in
            </th>
            <th scope="col" className="number">
              Tokens out
            </th>
            {hasCost && (
              <th scope="col" className="number">
                Cost
              </th>
            )}
            <th scope="col" className="number">
              TTFT, ms
            </th>
            <th scope="col" className="number">
              Per output token, ms
            </th>
            <th scope="col" className="number">
              Duration, ms
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.provider} ${row.model}`}>
              <th scope="row">{row.model}</th>
              <td>{toServedBy(row)}</td>
              <td className="number">{toCount(row.requests)}</td>
              <td className="number">{toCount(row.failed)}</td>
              <td className="number">{toCount(row.inputTokens)}</td>
              <td className="number">{toCount(row.outputTokens)}</td>
              {hasCost && <td className="number">{row.costUsd == null ? dash : toCost(row.costUsd)}</td>}
              <td className="number">{toFineMs(row.ttftMs)}</td>
              <td className="number">{toFineMs(row.timePerOutputTokenMs)}</td>
              <td className="number">{toFineMs(row.durationMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
