/** What has been spent of the gateway's budgets in their current periods, one line for each owner. */
import type { GatewayBudget } from '@drag-race/contracts'
import { dash, toCost, toPercent } from '../look/figures.ts'
import { ScrollBox } from '../look/scroll-box.tsx'

export function BudgetTable({ budgets }: { budgets: GatewayBudget[] }) {
  return (
    <ScrollBox className="table-scroll" label="Budgets of the gateway">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Owner</th>
            <th scope="col">Budget</th>
            <th scope="col">Period</th>
            <th scope="col" className="number">
              Spent
            </th>
            <th scope="col" className="number">
              Limit
            </th>
            <th scope="col" className="number">
              Used
            </th>
          </tr>
        </thead>
        <tbody>
          {budgets.map(({ budget, period, owner, spentUsd, limitUsd }) => (
            <tr key={JSON.stringify([budget, period, owner])}>
              <th scope="row">{owner}</th>
              <td>{budget}</td>
              <td>{period}</td>
              <td className="number">{toCost(spentUsd)}</td>
              <td className="number">{limitUsd === null ? dash : toCost(limitUsd)}</td>
              <td className="number">{toPercent(toUsed(spentUsd, limitUsd))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

/** A limit of 0 counts as used up, as it does where the API orders the budgets. */
function toUsed(spentUsd: number, limitUsd: number | null): number | null {
  if (limitUsd === null) return null
  return limitUsd > 0 ? spentUsd / limitUsd : 1
}
