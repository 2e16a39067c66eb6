/** What the gateway's routing did, one line for each target. */
import type { GatewayTarget } from '@drag-race/contracts'
import { dash, toCount } from '../look/figures.ts'
import { ScrollBox } from '../look/scroll-box.tsx'

export function TargetTable({ targets }: { targets: GatewayTarget[] }) {
  return (
    <ScrollBox className="table-scroll" label="Targets of the gateway">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Breaker</th>
            <th scope="col" className="number">
              Retries
            </th>
            <th scope="col" className="number">
              Fallbacks
            </th>
          </tr>
        </thead>
        <tbody>
          {targets.map(({ target, breaker, retries, fallbacks }) => (
            <tr key={target}>
              <th scope="row">{target}</th>
              <td>{breaker ?? dash}</td>
              <td className="number">{toCount(retries)}</td>
              <td className="number">{toCount(fallbacks)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
