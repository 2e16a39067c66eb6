import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { BudgetTable } from './budget-table.tsx'
import { GatewayTable } from './gateway-table.tsx'
import { TargetTable } from './target-table.tsx'

const row = {
  provider: 'openai',
  model: 'a',
  requests: 3,
  inputTokens: 10,
  outputTokens: 20,
  ttftMs: null,
  timePerOutputTokenMs: null,
  durationMs: null,
}
const cells = (markup: string) => [...markup.matchAll(/<t[hd](?: [^>]*)?>([^<]*)</g)].map(([, text]) => text)

test('there is a column of cost where the gateway reports one, and an unknown cost is not shown as free', () => {
  const table = cells(
    renderToStaticMarkup(
      <GatewayTable
        rows={[
          { ...row, costUsd: 0.75 },
          { ...row, model: 'b', costUsd: null },
        ]}
      />,
    ),
  )
  expect(table).toContain('Cost')
  expect(table).toContain('$0.7500')
  expect(table).not.toContain('$0')
  expect(cells(renderToStaticMarkup(<GatewayTable rows={[row]} />))).not.toContain('Cost')
})

test('a target has the state of its breaker, in words', () => {
  const targets = [
    { target: 'down', breaker: 'open' as const, retries: 3, fallbacks: 4 },
    { target: 'gone', breaker: null, retries: 0, fallbacks: 1 },
  ]
  const table = cells(renderToStaticMarkup(<TargetTable targets={targets} />))
  expect(table.slice(4)).toEqual(['down', 'open', '3', '4', 'gone', '—', '0', '1'])
})

test('a budget is shown as spent of its limit, where the gateway tells one', () => {
  const budget = { budget: 'caller', period: 'day', owner: 'a', spentUsd: 4 }
  const budgets = [
    { ...budget, limitUsd: 5 },
    { ...budget, limitUsd: null },
  ]
  const table = cells(renderToStaticMarkup(<BudgetTable budgets={budgets} />))
  expect(table.slice(6)).toEqual([
    'a',
    'caller',
    'day',
    '$4.00',
    '$5.00',
    '80 %',
    'a',
    'caller',
    'day',
    '$4.00',
    '—',
    '—',
  ])
})

test('a budget of nothing is used up, as it is in the order of the table', () => {
  const budgets = [{ budget: 'caller', period: 'day', owner: 'a', spentUsd: 0, limitUsd: 0 }]
  const table = cells(renderToStaticMarkup(<BudgetTable budgets={budgets} />))
  expect(table.slice(6)).toEqual(['a', 'caller', 'day', '$0', '$0', '100 %'])
})
